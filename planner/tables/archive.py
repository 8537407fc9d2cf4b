"""A folder of tables, sent as one .zip: unpacked under the limits of ``guard``, or refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePosixPath

from planner.errors import InputError, Issue, Where
from planner.language import Text, text
from planner.tables.files import READ_SUFFIXES
from planner.tables.guard import BAD_ARCHIVE, LARGEST_FILE, LARGEST_INFLATED, LARGEST_RATIO, MEGABYTE

MOST_FILES = 100
LONGEST_NAME = 200  # bytes; a file system takes 255
PACK_AGAIN = text("Pack the tables of one county (.csv, .geojson, .gpkg or .xlsx) into a .zip, without folders.")


def unpack_tables(content: bytes, folder: Path) -> None:
    """Write the tables of an archive into the folder, each under its bare name; other files in it are left out.

    Raises
    ------
    InputError
        When it is no archive, or one that no honest program has packed.
    """
    if len(content) > LARGEST_FILE:
        raise _refusal(text("the file has {size} MB; at most 10 are read.", size=round(len(content) / MEGABYTE)))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            tables = _tables(archive)
    except BAD_ARCHIVE:
        raise _refusal(text("it is damaged or not a .zip archive.")) from None
    for name, table in tables.items():
        (folder / name).write_bytes(table)


def _tables(archive: zipfile.ZipFile) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = LARGEST_INFLATED
    for info in _wanted(archive):
        with archive.open(info) as member:
            content = member.read(left + 1)
        left -= len(content)
        if left < 0:
            raise _refusal(text("it unpacks to more than 64 MB."))
        name = PurePosixPath(info.filename).name
        if name in found:
            raise _refusal(text("its archive has too many members, or two of one name."))
        found[name] = content
    return found


def _wanted(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the members that are tables; refuse what only an attack would hold."""
    infos = archive.infolist()
    tables = [info for info in infos if PurePosixPath(info.filename).suffix.lower() in READ_SUFFIXES]
    if len(infos) > 10 * MOST_FILES or len(tables) > MOST_FILES:
        raise _refusal(text("its archive has too many members, or two of one name."))
    for info in tables:
        path = PurePosixPath(info.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in info.filename or ":" in info.filename:
            raise _refusal(text("its archive has a member with a path that leads outside."))
        if len(path.name.encode("utf-8", "replace")) > LONGEST_NAME:
            raise _refusal(text("its archive has a member whose name is longer than 200 bytes."))
        if info.file_size > MEGABYTE and info.file_size > LARGEST_RATIO * max(1, info.compress_size):
            raise _refusal(text("a part of it is packed more than 200 to 1, as no honest sheet is."))
    return [info for info in tables if not PurePosixPath(info.filename).name.startswith((".", "~$"))]


def _refusal(problem: Text) -> InputError:
    return InputError([Issue(Where("upload.zip"), problem, PACK_AGAIN)])
