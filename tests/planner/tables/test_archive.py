"""A .zip of tables is unpacked under limits, or refused with a reason."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.tables.archive import unpack_tables


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def test_tables_are_unpacked_under_their_bare_names(tmp_path: Path) -> None:
    """Packed with their folder or without; pictures and hidden files stay in the archive."""
    content = archive({"county/villages.csv": b"a", "roads.geojson": b"b", "photo.jpg": b"c", "__MACOSX/._x.csv": b"d"})
    unpack_tables(content, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "villages.csv": b"a",
        "roads.geojson": b"b",
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a .zip"),
        (b"PK\x03\x04 nothing more", "not a .zip"),
        (archive({"villages.csv": b"a" * 100})[:60], "not a .zip"),
        (archive({"../villages.csv": b"a"}), "leads outside"),
        (archive({"/villages.csv": b"a"}), "leads outside"),
        (archive({"c:villages.csv": b"a"}), "leads outside"),
        (archive({"villages.csv": b"a", "沁" * 84 + ".csv": b"a"}), "longer than 200 bytes"),
        (archive({"a/villages.csv": b"a", "b/villages.csv": b"b"}), "two of one name"),
        (archive({f"{n}.csv": b"a" for n in range(101)}), "too many members"),
        (archive({"villages.csv": b" " * 3_000_000}), "200 to 1"),
        (b"x" * (10 * 2**20 + 1), "at most 10"),
    ],
    ids=range(11),  # an archive holds the time of day: its bytes would be another name in each process
)
def test_dishonest_archive_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """With the reason, and nothing is written."""
    with pytest.raises(InputError, match=reason):
        unpack_tables(content, tmp_path)
    assert list(tmp_path.iterdir()) == []
