"""Workbooks built to harm: each is refused, or read, at small cost; an honest large sheet passes."""

from __future__ import annotations

import io
import re
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.tables.dataset import read_dataset
from planner.tables.guard import column_letters
from tests.planner.tables.county import county, write_workbook

MEMORY_KB = 300 * 1024
SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
Members = dict[str, bytes]


def good_members(tmp_path: Path) -> Members:
    """Return the members of the good county's workbook."""
    with zipfile.ZipFile(write_workbook(tmp_path / "good.xlsx", county())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, members: Members) -> Path:
    """Write the members as an archive; return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def with_sheet(members: Members, data: bytes) -> Members:
    """Return the members with other data in the first sheet."""
    return {**members, SHEET: HEAD + b"<sheetData>" + data + b"</sheetData></worksheet>"}


def text_cell(reference: str, content: bytes) -> bytes:
    """Return a row with one text cell."""
    number = "".join(c for c in reference if c.isdigit())
    return f'<row r="{number}"><c r="{reference}" t="inlineStr"><is><t>'.encode() + content + b"</t></is></c></row>"


def many_rows(members: Members) -> Members:
    """Return a sheet of 200,000 rows of 50 cells in one small archive."""
    row = b"<row>" + b"<c><v>1</v></c>" * 50 + b"</row>"
    return with_sheet(members, row * 200_000)


def nested_entities(members: Members) -> Members:
    """Return a sheet whose entities unfold to 10^9 letters (billion laughs)."""
    levels = b'<!ENTITY a0 "ha">' + b"".join(b'<!ENTITY a%d "%s">' % (k, b"&a%d;" % (k - 1) * 10) for k in range(1, 10))
    sheet = with_sheet(members, text_cell("A1", b"&a9;"))
    return {**sheet, SHEET: b"<!DOCTYPE x [" + levels + b"]>" + sheet[SHEET]}


def quadratic_entities(members: Members) -> Members:
    """Return a sheet with one long entity used often."""
    sheet = with_sheet(members, text_cell("A1", b"&a;" * 5_000))
    return {**sheet, SHEET: b'<!DOCTYPE x [<!ENTITY a "' + b"x" * 10_000 + b'">]>' + sheet[SHEET]}


def external_entity(members: Members) -> Members:
    """Return a sheet that asks for a file of the machine."""
    sheet = with_sheet(members, text_cell("A1", b"&a;"))
    return {**sheet, SHEET: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + sheet[SHEET]}


HOSTILE: dict[str, tuple[Callable[[Members], Members], str]] = {
    "200,000 rows of 50": (many_rows, "more than 64 MB"),
    "one cell of 70 MB": (lambda m: with_sheet(m, text_cell("A1", b"x" * 70_000_000)), "more than 64 MB"),
    "30 MB of spaces": (lambda m: with_sheet(m, text_cell("A1", b" " * 30_000_000)), "more than 200 to 1"),
    "far cell": (lambda m: with_sheet(m, text_cell("XFD1048576", b"x")), "row 1048576, column 16384"),
    "far row": (lambda m: with_sheet(m, text_cell("A50001", b"x")), "row 50001, column 1;"),
    "far column": (lambda m: with_sheet(m, text_cell("GS1", b"x")), "row 1, column 201"),
    "wide and long": (
        lambda m: with_sheet(m, text_cell("GR20", b"x") + text_cell("A20000", b"x")),
        "row 20000, column 200",
    ),
    "place beyond any sheet": (lambda m: with_sheet(m, text_cell("A99999999999", b"x")), "damaged"),
    "hidden place": (
        lambda m: with_sheet(m, b'<row r="1"><c s=">" r="XFD1048576"><v>1</v></c></row>'),
        "row 1048576, column 16384",
    ),
    "places left out": (
        lambda m: with_sheet(m, b'<row r="1048575"><c/></row><row><c><v>1</v></c></row>'),
        "row 1048576, column 1;",
    ),
    "nested entities": (nested_entities, "document type"),
    "quadratic entities": (quadratic_entities, "document type"),
    "external entity": (external_entity, "document type"),
    "another encoding": (lambda m: {**m, SHEET: m[SHEET].decode().encode("utf-16")}, "damaged"),
    "broken XML": (lambda m: {**m, SHEET: m[SHEET][:-30]}, "damaged"),
    "path outside": (lambda m: {**m, "../../x.xml": b"<x/>"}, "leads outside"),
    "absolute path": (lambda m: {**m, "/etc/x.xml": b"<x/>"}, "leads outside"),
    "600 members": (lambda m: {**m, **{f"xl/media/{k}.png": b"" for k in range(600)}}, "too many members"),
    "no workbook inside": (lambda m: {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "not an Excel"),
    "no list of sheets": (lambda m: {k: v for k, v in m.items() if not k.endswith("workbook.xml.rels")}, "damaged"),
}


def refusal(path: Path) -> str:
    """Return the only message of a workbook that must be refused, and check what memory it took."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match=r"county\.xlsx: ") as caught:
        read_dataset(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY_KB
    (issue,) = caught.value.issues
    assert str(issue.remedy)
    return str(issue)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbook_is_refused(name: str, tmp_path: Path) -> None:
    """The guard says what is wrong with the file before a parser lays it out."""
    spoil, says = HOSTILE[name]
    path = pack(tmp_path / "county.xlsx", spoil(good_members(tmp_path)))
    assert says in refusal(path)


def test_workbook_whose_header_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """An archive that claims 100 bytes for a member of 30 MB is not unpacked further."""
    members = with_sheet(good_members(tmp_path), text_cell("A1", b"x" * 30_000_000))
    content = pack(tmp_path / "county.xlsx", members).read_bytes()
    size = len(members[SHEET]).to_bytes(4, "little")
    assert size in content
    (tmp_path / "county.xlsx").write_bytes(content.replace(size, (100).to_bytes(4, "little")))
    assert "damaged" in refusal(tmp_path / "county.xlsx")


def test_truncated_workbook_is_refused(tmp_path: Path) -> None:
    """Half a download is said to be damaged."""
    whole = write_workbook(tmp_path / "county.xlsx", county()).read_bytes()
    (tmp_path / "county.xlsx").write_bytes(whole[: len(whole) // 2])
    assert "damaged" in refusal(tmp_path / "county.xlsx")


def test_member_given_twice_is_refused(tmp_path: Path) -> None:
    """Two members of one name could show the guard one sheet and the parser another."""
    path = pack(tmp_path / "county.xlsx", good_members(tmp_path))
    buffer = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, b"<x/>")
    path.write_bytes(buffer.getvalue())
    assert "two of one name" in refusal(path)


def test_file_over_10_mb_is_refused(tmp_path: Path) -> None:
    """The size is checked before the file is opened as an archive."""
    path = write_workbook(tmp_path / "county.xlsx", county())
    path.write_bytes(path.read_bytes() + b"\x00" * 10 * 2**20)
    assert "at most 10" in refusal(path)


def test_dimension_that_lies_is_harmless(tmp_path: Path) -> None:
    """A sheet that claims to reach to XFD1048576, and a merge over the whole sheet, are read as they are."""
    members = good_members(tmp_path)
    sheet = members[SHEET].replace(b'ref="A1:J4"', b'ref="A1:XFD1048576"')
    assert sheet != members[SHEET]
    merge = b'<mergeCells count="1"><mergeCell ref="A1:XFD20000"/></mergeCells><pageMargins'
    members[SHEET] = sheet.replace(b"<pageMargins", merge)
    assert len(read_dataset(pack(tmp_path / "county.xlsx", members)).sites) == 3


def test_far_cell_with_only_a_format_is_harmless(tmp_path: Path) -> None:
    """People format whole columns; an empty cell far below does not make the sheet long."""
    members = good_members(tmp_path)
    far = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    members[SHEET] = members[SHEET].replace(b"</sheetData>", far)
    assert len(read_dataset(pack(tmp_path / "county.xlsx", members)).sites) == 3


def honest_rows(count: int) -> bytes:
    """Return rows of 30 filled cells as a spreadsheet program writes them."""
    head = ["id", "name", "lon", "lat", "township", "rule", *(f"remarks {k}" for k in range(24))]
    lines = [head]
    for k in range(count):
        place = [f"{110 + k % 200 / 1000}", f"{29 + k // 200 / 1000}"]
        lines.append([f"v{k}", f"village {k}", *place, f"t{k % 30}", "weekly", *(f"filler {k + j}" for j in range(24))])
    cell = '<c r="{}{}" t="inlineStr"><is><t>{}</t></is></c>'
    letters = [column_letters(k + 1) for k in range(30)]
    said = (
        f'<row r="{r}">' + "".join(cell.format(c, r, v) for c, v in zip(letters, line, strict=True)) + "</row>"
        for r, line in enumerate(lines, start=1)
    )
    return "".join(said).encode()


def test_honest_large_sheet_is_read(tmp_path: Path) -> None:
    """20,000 villages in 30 columns are read, every one."""
    sheets = county(teams=[["id", "base"], ["T1", "B1"]], closures=None)
    with zipfile.ZipFile(write_workbook(tmp_path / "plain.xlsx", sheets)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    dataset = read_dataset(pack(tmp_path / "county.xlsx", with_sheet(members, honest_rows(20_000))))
    assert {site.id for site in dataset.sites} == {f"v{k}" for k in range(20_000)}


def test_sheet_of_millions_of_empty_cells_is_refused(tmp_path: Path) -> None:
    """Cells without a value cost time too: 1,000,001 of them are too many."""
    cells = b"".join(b'<c s="%d"/>' % (k % 977) for k in range(1000)) * 1001
    path = pack(tmp_path / "county.xlsx", with_sheet(good_members(tmp_path), b"<row>" + cells + b"</row>"))
    assert re.search("more than 1000000 cells|more than 200 to 1", refusal(path))
