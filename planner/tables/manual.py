"""The format manual, made from the columns: ``docs/file-format.md`` and its Chinese twin."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from planner.language import Text, say, text
from planner.tables.cells_out import YES_NO
from planner.tables.columns import SETTINGS, SHEETS, Column, Sheet
from planner.tables.guard import MOST_COLUMNS, MOST_ROWS

MANUALS = {"en": "file-format.md", "zh": "file-format.zh-CN.md"}

INTRODUCTION = (
    text(
        "A county is handed in as one Excel workbook (.xlsx), or as a folder of files whose names are the names of the "
        "sheets: villages.csv, roads.geojson, roads.gpkg and so on. A folder may mix both, for example county.xlsx "
        "and roads.geojson. Names of sheets and columns may be English or Chinese, in any order."
    ),
    text("`xunzhen template out.xlsx` writes an empty workbook with these sheets, notes and drop-downs."),
    text(
        "CSV is read as UTF-8, UTF-16 or GB 18030, with commas, semicolons or tabs. Full-width digits and stray spaces "
        "are read as plain ones. Several values in one cell are separated by ; or by a new line."
    ),
    text(
        "Times are written 08:00, spans 08:00-12:00, dates 2026-03-02 (or 2026年3月2日, or an Excel date), "
        "weekdays Mon, 周一 or 1 (Monday) to 7, yes and no also 是 and 否."
    ),
    text(
        "At most {rows} rows and {columns} columns of a sheet are read, and files of at most 10 MB. Columns called "
        "remarks (备注) are left alone; rows that begin with # example (# 示例) are skipped.",
        rows=MOST_ROWS,
        columns=MOST_COLUMNS,
    ),
    text(
        "In GeoJSON and GeoPackage, villages and bases are points and need no columns lon and lat; "
        "roads and rivers are lines. Other coordinate systems than WGS-84 are converted when the file names them."
    ),
    text(
        "Coordinates may be WGS-84 (GPS), GCJ-02 (Amap, Tencent), BD-09 (Baidu) or CGCS2000: the column datum, the "
        "heading or the settings say which, and all are converted to WGS-84 on reading. Where roads are given, places "
        "that seem to be in another system than they say are named."
    ),
)
HEADINGS = (text("Column"), text("Also called"), text("Holds"), text("Meaning"), text("Empty"), text("Example"))
KINDS: dict[str, Text] = {
    "id": text("id or name"),
    "text": text("text"),
    "number": text("number"),
    "whole": text("whole number"),
    "yes_no": text("yes or no"),
    "date": text("date"),
    "dates": text("dates"),
    "time": text("time"),
    "window": text("span of time"),
    "windows": text("spans of time"),
    "weekdays": text("weekdays"),
    "weekday_sets": text("combinations of weekdays"),
    "nth_weekdays": text("weekdays of the month"),
    "market_digits": text("last digits"),
    "names": text("names"),
    "references": text("ids or names"),
    "rule_values": text("value, or rule=value"),
    "choice": text("one of a list"),
    "geometry": text("line or area"),
}


def manual(language: str) -> str:
    """Return the manual as Markdown in the language ("en" or "zh")."""
    return "\n".join(_lines(language)) + "\n"


def write_manuals(folder: Path) -> None:
    """Write both manuals into the folder (``docs``)."""
    for language, name in MANUALS.items():
        (folder / name).write_text(manual(language), encoding="utf-8")


def _lines(language: str) -> Iterator[str]:
    yield "# " + say(text("The file format"), language)
    yield ""
    yield f"[{'中文' if language == 'en' else 'English'}]({MANUALS['zh' if language == 'en' else 'en']})"
    for paragraph in INTRODUCTION:
        yield ""
        yield say(paragraph, language)
    for sheet in SHEETS:
        yield from _sheet_lines(sheet, language)
    yield ""
    yield "## " + say(text("The settings"), language)
    yield from _table_lines(SETTINGS, language)


def _sheet_lines(sheet: Sheet, language: str) -> Iterator[str]:
    yield ""
    yield f"## {sheet.name} / {sheet.zh}"
    yield ""
    need = text("Required.") if sheet.is_required else text("Optional.")
    gap = "" if language == "zh" else " "
    yield say(sheet.description, language) + gap + say(need, language)
    yield from _table_lines(sheet.columns, language)


def _table_lines(columns: tuple[Column, ...], language: str) -> Iterator[str]:
    yield ""
    yield _line([say(heading, language) for heading in HEADINGS])
    yield _line(["---"] * len(HEADINGS))
    for column in columns:
        yield _line(_cells(column, language))


def _cells(column: Column, language: str) -> list[str]:
    names = f"**{column.name}**" if column.is_required else column.name
    return [
        f"{names}<br>{column.zh}",
        "、".join(column.aliases) if language == "zh" else ", ".join(column.aliases),
        _holds(column, language),
        say(column.description, language),
        say(text("must be filled in"), language) if column.is_required else column.said_default(language),
        column.said_example(language),
    ]


def _holds(column: Column, language: str) -> str:
    said = say(KINDS[column.kind], language)
    if column.kind == "choice":
        said = "<br>".join(name if name == zh else f"{name} {zh}" for name, zh in column.choices.items())
    elif column.kind == "yes_no":
        said = " / ".join(reversed(YES_NO[language]))
    elif column.low is not None and column.high is not None:
        said += " " + say(text("{low} to {high}", low=f"{column.low:.10g}", high=f"{column.high:.10g}"), language)
    return said if column.unit is None else f"{said}, {say(column.unit, language)}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    write_manuals(Path(sys.argv[1]))
