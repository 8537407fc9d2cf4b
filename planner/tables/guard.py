"""Workbooks are hostile until shown otherwise: what is checked before a parser sees them.

A workbook of 5 kB can unpack to gigabytes, nest entities, or put one cell in the last row of the last column.
Every member that is needed is unpacked here under limits and repacked without compression, so that the parser
reads exactly what was checked, whatever the archive's headers claim.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.parsers import expat

from planner.language import Text, text

# All that zipfile raises at archives that are damaged, locked or packed in a way it does not know.
BAD_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
MEGABYTE = 2**20
LARGEST_FILE = 10 * MEGABYTE
LARGEST_INFLATED = 64 * MEGABYTE
LARGEST_RATIO = 200  # of members over 1 MB; an honest sheet stays below 30
MOST_MEMBERS = 500
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 50_000, 200, 1_000_000

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and every workbook with a password
SAVE_AS = text('Save it as an Excel workbook (.xlsx) or as "CSV UTF-8".')
SAVE_AGAIN = text("Open it in Excel or WPS and save it again.")
COPY_OVER = text("Copy the rows that are needed into a new workbook.")
_ATTRIBUTES = rb"""([^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*)"""
_USUAL_PLACE = rb"""(?: r="([A-Z]{0,3})([1-9]\d{0,6})")?"""  # as every common program writes it; found at once
_TAG = re.compile(rb"""<(?:[^\s<>/"'!?:]+:)?(?:(row)|c)""" + _USUAL_PLACE + rb"(?=[\s/>])" + _ATTRIBUTES + rb">")
_PLACE = re.compile(rb"""\sr\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_POSITION = re.compile(rb"([A-Z]{1,3})?([1-9]\d{0,6})")
_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")


class RefusedFileError(Exception):
    """The file is not read: why, and what to do."""

    def __init__(self, problem: Text, remedy: Text) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(str(problem))


def damaged() -> RefusedFileError:
    """Return the refusal of a file that is no workbook, or a broken one."""
    return RefusedFileError(text("it is damaged or not an Excel workbook."), SAVE_AGAIN)


@dataclass(frozen=True, slots=True)
class CheckedWorkbook:
    """The repacked archive, and per member of a sheet the cells that hold an Excel error: (row, column letters)."""

    content: bytes
    error_cells: dict[str, tuple[tuple[int, str], ...]]


def check_size(path: Path) -> None:
    """Refuse a file over 10 MB, or with nothing in it."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise RefusedFileError(
            text("the file has {size} MB; at most 10 are read.", size=round(size / MEGABYTE)), COPY_OVER
        )
    if size == 0:
        raise RefusedFileError(text("the file is empty."), text("Fill it in, or remove it."))


def check_workbook(path: Path) -> CheckedWorkbook:
    """Return the workbook's members, unpacked under limits and repacked; raises RefusedFileError."""
    check_size(path)
    with path.open("rb") as file:
        if file.read(8) == OLD_WORKBOOK:
            raise RefusedFileError(text("it is an old .xls workbook, or it has a password."), SAVE_AS)
    try:
        members = _read_members(path)
    except BAD_ARCHIVE as error:
        raise damaged() from error
    if "xl/workbook.xml" not in members:
        raise RefusedFileError(text("it is an archive, but not an Excel workbook."), SAVE_AS)
    errors = {}
    for name, content in members.items():
        _check_xml(content)
        if name.startswith("xl/worksheets/"):
            errors[name] = _check_extent(content)
    return CheckedWorkbook(_repack(members), errors)


def _read_members(path: Path) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        _check_headers(infos)
        left = LARGEST_INFLATED
        for info in infos:
            if not info.filename.endswith((".xml", ".rels")):
                continue  # pictures and macros are of no use here
            with archive.open(info) as member:
                content = member.read(left + 1)
            left -= len(content)
            if left < 0:
                raise _too_much_inside()
            members[info.filename] = content
    return members


def _check_headers(infos: list[zipfile.ZipInfo]) -> None:
    names = [info.filename for info in infos]
    if len(infos) > MOST_MEMBERS or len(set(names)) < len(names):
        raise RefusedFileError(text("its archive has too many members, or two of one name."), COPY_OVER)
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name for name in names):
        raise RefusedFileError(text("its archive has a member with a path that leads outside."), COPY_OVER)
    if sum(info.file_size for info in infos) > LARGEST_INFLATED:
        raise _too_much_inside()
    if any(i.file_size > MEGABYTE and i.file_size > LARGEST_RATIO * max(1, i.compress_size) for i in infos):
        raise RefusedFileError(text("a part of it is packed more than 200 to 1, as no honest sheet is."), COPY_OVER)


def _too_much_inside() -> RefusedFileError:
    return RefusedFileError(text("it unpacks to more than 64 MB."), COPY_OVER)


def _check_xml(content: bytes) -> None:
    """Refuse XML that is not well-formed, or that declares a document type and with it entities."""
    if b"\x00" in content:  # UTF-16, which the parser of sheets would read as nothing
        raise damaged()
    parser = expat.ParserCreate("UTF-8")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise damaged() from error


def _refuse_doctype(*_: object) -> None:
    raise RefusedFileError(text("it declares a document type, as no spreadsheet program does."), SAVE_AGAIN)


def _check_extent(content: bytes) -> tuple[tuple[int, str], ...]:
    """Return the error cells of a sheet; refuse one whose filled cells span too far.

    The parser lays a sheet out as a full rectangle, so a single far cell would take all memory.
    """
    row = column = last_row = last_column = 0
    errors = []
    for number, tag in enumerate(_TAG.finditer(content)):
        if number > MOST_CELLS:
            raise RefusedFileError(text("a sheet has more than {n} cells.", n=MOST_CELLS), COPY_OVER)
        is_row, letters, digits, attributes = tag.groups()
        place = (column_number(letters), int(digits)) if digits else _place(attributes)
        if is_row:
            row, column = (place[1] if place else row + 1), 0
            continue
        column, row = place if place else (column + 1, row)
        if attributes.endswith(b"/"):
            continue  # only a format, no value
        last_row = row if row > last_row else last_row
        last_column = column if column > last_column else last_column
        if _ERROR.search(attributes):
            errors.append((row, column_letters(column)))
    _refuse_wide(last_row, last_column)
    return tuple(errors)


def _refuse_wide(row: int, column: int) -> None:
    if row > MOST_ROWS or column > MOST_COLUMNS or row * column > MOST_CELLS:
        raise RefusedFileError(
            text(
                "a sheet reaches to row {row}, column {column}; at most {rows} rows and {columns} columns are read.",
                row=row,
                column=column,
                rows=MOST_ROWS,
                columns=MOST_COLUMNS,
            ),
            COPY_OVER,
        )


def _place(attributes: bytes) -> tuple[int, int] | None:
    """Return the (column, row) a tag says it stands at, or None when it does not say; a row has column 0."""
    found = _PLACE.search(attributes)
    if found is None:
        return None
    position = _POSITION.fullmatch(found[1] if found[1] is not None else found[2])
    if position is None:
        raise damaged()
    return column_number(position[1] or b""), int(position[2])


@cache
def column_number(letters: bytes) -> int:
    """Return 1 for A, 27 for AA, 0 for nothing."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Return A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _repack(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
