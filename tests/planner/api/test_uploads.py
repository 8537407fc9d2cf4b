"""Uploads built to harm, and uploads that are only too large: what the child that reads them costs."""

from __future__ import annotations

import io
import os
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from planner.api.reading import MOST_SITES, MOST_TEAMS, READ_SECONDS
from planner.jobs.children import Child
from planner.store import datasets
from tests.end_to_end.small_county import tables
from tests.planner.api.desk import Desk
from tests.planner.jobs.uploads import packed as packed_county
from tests.planner.tables.test_hostile_workbooks import (
    HEAD,
    HOSTILE,
    SHEET,
    Members,
    external_entity,
    good_members,
    many_rows,
    nested_entities,
    pack,
    quadratic_entities,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
CPU_SECONDS, MEMORY_KB = 2.0, 300 * 1024
MEGABYTE = 2**20
Cost = tuple[float, int]


def read_by_a_child(content: bytes, kind: str = "xlsx") -> tuple[str, Cost]:
    """Let a child of the API read a file; return what it says, its processor seconds and its largest memory."""
    with Child() as child:
        child.open(
            kind=kind, content=content, start=None, weeks=None, most=(MOST_SITES, MOST_TEAMS), is_problem_wanted=False
        )
        verb = child.answer(READ_SECONDS).verb
        fields = Path(f"/proc/{child.process.pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{child.process.pid}/status").read_text()
    ticks = sum(int(field) for field in fields[11:13])
    return verb, (ticks / os.sysconf("SC_CLK_TCK"), int(status.partition("VmHWM:")[2].split()[0]))


def inflated(members: Members, megabytes: int, letter: bytes) -> bytes:
    """Return a workbook whose first sheet is one cell of so many megabytes, without ever making them."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = HEAD + b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
    start = squeeze.compress(first) + squeeze.flush(zlib.Z_FULL_FLUSH)
    block = squeeze.compress(letter * MEGABYTE) + squeeze.flush(zlib.Z_FULL_FLUSH)
    last = b"</t></is></c></row></sheetData></worksheet>"
    packed = [start, block * megabytes, squeeze.compress(last) + squeeze.flush()]
    others = [(name, content) for name, content in members.items() if name != SHEET]
    return _archive([*((name, zlib.compress(text)[2:-4], len(text), zlib.crc32(text)) for name, text in others),
                     (SHEET, b"".join(packed), len(first) + megabytes * MEGABYTE + len(last), 0)])  # fmt: skip


def _archive(parts: Iterable[tuple[str, bytes, int, int]]) -> bytes:
    """Return a .zip of parts that are packed already: name, bytes, size and checksum."""
    body, index, count = io.BytesIO(), io.BytesIO(), 0
    for name, packed, size, checksum in parts:
        common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, checksum, len(packed), size, len(name), 0)
        index.write(b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, body.tell()))
        index.write(name.encode())
        body.write(b"PK\x03\x04" + common + name.encode() + packed)
        count += 1
    directory = index.getvalue()
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), body.tell(), 0)
    return body.getvalue() + directory + b"PK\x05\x06" + end


def packed(spoil: Callable[[Members], Members]) -> Callable[[Path, Members], bytes]:
    return lambda folder, members: pack(folder / "county.xlsx", spoil(members)).read_bytes()


def lying(_: Path, members: Members) -> bytes:
    sheet = members[SHEET].replace(b'ref="A1:J4"', b'ref="A1:XFD1048576"')
    return _archive(
        [
            (name, zlib.compress(text)[2:-4], len(text), zlib.crc32(text))
            for name, text in {**members, SHEET: sheet}.items()
        ]
    )


def merged(_: Path, members: Members) -> bytes:
    merge = b'<mergeCells count="1"><mergeCell ref="A1:XFD20000"/></mergeCells><pageMargins'
    sheet = members[SHEET].replace(b"<pageMargins", merge)
    return _archive(
        [
            (name, zlib.compress(text)[2:-4], len(text), zlib.crc32(text))
            for name, text in {**members, SHEET: sheet}.items()
        ]
    )


WORKBOOKS: dict[str, tuple[Callable[[Path, Members], bytes], str]] = {
    "rows_200k_x50": (packed(many_rows), "refused"),
    "bigcell_1GB": (lambda _, members: inflated(members, 1024, b"x"), "refused"),
    "whitespace_4GB": (lambda _, members: inflated(members, 4095, b" "), "refused"),
    "sparse_far_cell": (packed(HOSTILE["far cell"][0]), "refused"),
    "dimension_lie": (lying, "opened"),
    "billion_laughs": (packed(nested_entities), "refused"),
    "quadratic_50MB": (packed(quadratic_entities), "refused"),
    "xxe": (packed(external_entity), "refused"),
    "many_merged": (merged, "opened"),
    "trunc": (lambda folder, members: pack(folder / "county.xlsx", members).read_bytes()[:-2000], "refused"),
    "notzip": (lambda _, members: b"PK\x03\x04" + os.urandom(100_000), "refused"),
    "traversal": (packed(lambda members: {**members, "../../x.xml": b"<x/>"}), "refused"),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKBOOKS)
def test_hostile_workbook_costs_little(name: str, tmp_path: Path) -> None:
    """Refused, or read, in 2 processor seconds and 300 MB, the start of the child and all that it loads included."""
    make, verb = WORKBOOKS[name]
    said, (seconds, memory) = read_by_a_child(make(tmp_path, good_members(tmp_path)))
    print(f"{name}: {said}, {seconds:.2f} s, {memory // 1024} MB")  # noqa: T201 - the figures
    assert said == verb
    assert seconds <= CPU_SECONDS
    assert memory <= MEMORY_KB


def test_12_workbooks_are_sent() -> None:
    """As many as the list of the threats has."""
    assert len(WORKBOOKS) == 12


def archive_of(villages: int, teams: int) -> bytes:
    """Return the tables of a county of so many villages and teams, packed."""
    buffer = io.BytesIO()
    places = "".join(f"v{k},v{k},{110 + k % 100 / 1000},{29 + k // 100 / 1000},weekly\n" for k in range(villages))
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("villages.csv", "id,name,lon,lat,rule\n" + places)
        archive.writestr("bases.csv", "id,name,lon,lat\nbase,Base,110,29\n")
        archive.writestr("teams.csv", "id,name,base\n" + "".join(f"t{k},t{k},base\n" for k in range(teams)))
        archive.writestr("rules.csv", "id,visits,per\nweekly,1,week\n")
    return buffer.getvalue()


@pytest.mark.parametrize(("villages", "teams"), [(MOST_SITES + 1, 1), (1, MOST_TEAMS + 1), (20_000, 1)])
def test_county_over_the_limit_is_refused_from_its_tables(villages: int, teams: int) -> None:
    """20,000 villages would ask for 3 GB of travel times: none are made."""
    said, (_, memory) = read_by_a_child(archive_of(villages, teams), "zip")
    assert said == "too_large"
    assert memory <= MEMORY_KB


def test_too_large_a_county_is_a_problem(desk: Desk) -> None:
    """And nothing of it is kept."""
    headers = {**desk.headers["scheduler"], "Content-Type": "application/zip"}
    answer = desk.client.post("/v1/datasets", content=archive_of(MOST_SITES + 1, 1), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "dataset_too_large")


def test_1000_villages_and_100_teams_are_taken(desk: Desk) -> None:
    """The limit itself passes."""
    headers = {**desk.headers["scheduler"], "Content-Type": "application/zip"}
    answer = desk.client.post("/v1/datasets", content=archive_of(MOST_SITES, MOST_TEAMS), headers=headers)
    assert (answer.status_code, answer.json()["sites"], answer.json()["teams"]) == (201, 1000, 100), answer.text[:300]


def test_notice_of_a_place_that_has_a_name_in_each_language_is_told(tmp_path: Path) -> None:
    """The make-up workdays of 2099 are a guess, in the sheet calendar (日历): told, and the tables are read."""
    content = pack(tmp_path / "county.xlsx", good_members(tmp_path)).read_bytes()
    with Child() as child:
        child.open(kind="xlsx", content=content, start="2099-01-05", weeks=1, is_problem_wanted=False)
        heard = child.answer(READ_SECONDS)
    assert heard.verb == "opened"
    told = [notice for notice in heard.values["notices"] if "2099" in notice["en"]]
    assert [(notice["sheet"], notice["is_warning"]) for notice in told] == [("calendar", True)]
    assert "2099" in told[0]["zh"]


def test_largest_county_is_read_within_the_memory() -> None:
    """1,000 villages and 100 teams: the tables, a million legs and what is to be noticed, in 300 MB."""
    said, (seconds, memory) = read_by_a_child(archive_of(MOST_SITES, MOST_TEAMS), "zip")
    print(f"1,000 villages: {said}, {seconds:.2f} s, {memory // 1024} MB")  # noqa: T201 - the figures
    assert said == "opened"
    assert memory <= MEMORY_KB


def test_tables_of_a_county_are_bounded(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fills the disk is there for all: beyond the most of one county nothing is kept; the same again is."""
    content, headers = packed_county(tmp_path / "a"), {**desk.headers["scheduler"], "Content-Type": "application/zip"}
    other = tables()
    other["villages"][0]["name"] = "another"
    assert desk.client.post("/v1/datasets", content=content, headers=headers).status_code in {200, 201}
    before = desk.client.get("/v1/datasets?limit=100", headers=headers).json()["items"]
    kept = datasets.list_datasets(desk.database, county_id="sangzhi", limit=100)
    monkeypatch.setattr(datasets, "MOST_KEPT", sum(dataset.size for dataset in kept))
    refused = desk.client.post("/v1/datasets", content=packed_county(tmp_path / "b", other), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_datasets")
    assert desk.client.get("/v1/datasets?limit=100", headers=headers).json()["items"] == before
    assert desk.client.post("/v1/datasets", content=content, headers=headers).status_code == 200
