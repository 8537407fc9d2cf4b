"""The empty workbook people fill in: headings, notes, drop-downs and one example row on each sheet."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from planner.language import Text, say, text
from planner.tables.cells import DEGREES
from planner.tables.cells_out import YES_NO
from planner.tables.columns import SETTINGS, SHEETS, Column, Sheet
from planner.tables.follow_ups import FOLLOW_CELLS
from planner.tables.guard import column_letters
from planner.tables.rule_columns import FREQUENCY_COLUMNS, NEEDS_COLUMNS, SERVICE_COLUMNS
from planner.tables.workbook import new_workbook, put, width_of
from planner.values import FIRST_YEAR, LAST_YEAR

LAST_ROW = 5_000  # rows that get drop-downs and formats
LONGEST_LIST = 255  # characters of choices Excel takes in a drop-down; longer ones come from a hidden sheet
LISTS = "_lists"
EXAMPLE_MARK = {"en": "# example", "zh": "# 示例"}
TEXT_KINDS = {"id", "text", "references", "rule_values", "names", "windows", "window", "dates"}
TEXT_KINDS |= {"weekdays", "weekday_sets", "nth_weekdays", "market_digits", "time"}
# An example row that filled every cell would contradict itself: parts and total, dates and counting.
NOT_IN_EXAMPLE = {
    "villages": {c.name for c in (*FREQUENCY_COLUMNS, *SERVICE_COLUMNS, *NEEDS_COLUMNS)}
    | {"last_visited", "preferred_team"},
    "rules": {"weekdays", "nth_weekdays", "dates", "setup_minutes", "people", "people_per_hour", "tail_minutes"}
    | {"composition", *FOLLOW_CELLS},
    "teams": {"days_off"},
}
# Cells whose choices are the ids of another sheet.
CHOSEN_FROM = {
    ("teams", "base"): "bases",
    ("teams", "end_base"): "bases",
    ("rules", "preferred_team"): "teams",
    ("rules", "follows_rule"): "rules",
    ("rules", "follows_village"): "villages",
    ("pins", "village"): "villages",
    ("pins", "rule"): "rules",
    ("pins", "team"): "teams",
    ("outcomes", "village"): "villages",
    ("outcomes", "rule"): "rules",
    ("outcomes", "team"): "teams",
}


def write_template(path: Path, language: str = "en") -> None:
    """Write the template workbook in the language ("en" or "zh")."""
    with new_workbook(path) as workbook:
        looks = _looks(workbook)
        _write_about(workbook, looks, language)
        sheets = [sheet for sheet in SHEETS if not sheet.is_drawn]
        pages = {sheet.name: workbook.add_worksheet(sheet.heading(language)) for sheet in sheets}
        lists = workbook.add_worksheet(LISTS)
        lists.hide()
        used_lists = 0
        for sheet in sheets:
            for k, column in enumerate(sheet.columns):
                _write_heading(pages[sheet.name], k, column, looks, language)
                used_lists += _add_validation(pages[sheet.name], (sheet, k), lists, used_lists, language)
            pages[sheet.name].freeze_panes(1, 2)
            _write_example(pages[sheet.name], sheet, looks, language)
        _write_setting_names(pages["settings"], looks, language)
        pages["villages"].activate()


def _looks(workbook: Any) -> dict[str, Any]:
    heading = {"bold": True, "border": 1, "text_wrap": True, "valign": "top"}
    return {
        "required": workbook.add_format({**heading, "bg_color": "#FCE4D6"}),
        "optional": workbook.add_format({**heading, "bg_color": "#E2EFDA"}),
        "example": workbook.add_format({"italic": True, "font_color": "#7F7F7F"}),
        "example date": workbook.add_format({"italic": True, "font_color": "#7F7F7F", "num_format": "yyyy-mm-dd"}),
        "text": workbook.add_format({"num_format": "@"}),
        "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        "plain": workbook.add_format({}),
        "title": workbook.add_format({"bold": True, "font_size": 14}),
        "wrapped": workbook.add_format({"text_wrap": True, "valign": "top"}),
    }


ABOUT = (
    text("Fill in the sheets villages, teams and bases; the others where they are needed."),
    text("Orange headings must be filled in; green ones may stay empty. Point at a heading to read what it means."),
    text("Rows that begin with # example show how it is done. They are not read; delete them or leave them."),
    text("Several values in one cell are separated by ; or by a new line."),
    text("Roads, rivers and the boundary are given beside the workbook in a folder: roads.geojson or roads.gpkg."),
    text(
        "Roads may also be typed: add a sheet roads with the columns id, road_class and geometry, one line for each "
        "stretch with its bends read from a map, such as LINESTRING (110.16 29.39, 110.18 29.40). It must hold every "
        "road that is driven, and stretches that meet share a point."
    ),
    text(
        "To close a road, write road, its id and the days into the sheet closures. Without road data that closes "
        "nothing: write the villages that it cuts off there instead, as village."
    ),
)


def _write_about(workbook: Any, looks: dict[str, Any], language: str) -> None:
    page = workbook.add_worksheet("说明" if language == "zh" else "readme")
    page.set_column(0, 0, 90)
    put(page, 0, 0, text("How to fill in this workbook"), looks["title"], language=language)
    for row, sentence in enumerate(ABOUT, start=2):
        put(page, row, 0, sentence, looks["wrapped"], language=language)
    for row, sheet in enumerate(SHEETS, start=len(ABOUT) + 3):
        line = text("{sheet}: {description}", sheet=sheet.heading(language), description=sheet.description)
        put(page, row, 0, line, looks["wrapped"], language=language)


def _write_heading(page: Any, k: int, column: Column, looks: dict[str, Any], language: str) -> None:
    heading = column.heading(language)
    look = "text" if column.kind in TEXT_KINDS else "date" if column.kind == "date" else "plain"
    page.set_column(k, k, width_of(heading), looks[look])
    put(page, 0, k, heading, looks["required" if column.is_required else "optional"])
    page.write_comment(0, k, note_of(column, language), {"x_scale": 2, "y_scale": 1.5, "author": "xunzhen"})


def note_of(column: Column, language: str) -> str:
    """Return what a heading's note says: meaning, unit, range, what an empty cell means, an example."""
    lines: list[Text] = [column.description]
    if column.is_required:
        lines.append(text("Must be filled in."))
    if column.unit is not None:
        lines.append(text("Unit: {unit}.", unit=column.unit))
    if column.low is not None and column.high is not None:
        lines.append(text("From {low} to {high}.", low=f"{column.low:g}", high=f"{column.high:g}"))
    if column.default is not None:
        lines.append(text("Empty: {default}.", default=column.said_default(language)))
    if column.example:
        lines.append(text("Example: {example}", example=column.said_example(language)))
    return "\n".join(say(line, language) for line in lines)


def _add_validation(page: Any, place: tuple[Sheet, int], lists: Any, used_lists: int, language: str) -> int:
    """Add the drop-down or check of a column; return how many columns of the hidden sheet it took."""
    sheet, k = place
    column = sheet.columns[k]
    title, message = column.heading(language)[:32], clean_message(column, language)
    rule: dict[str, Any] = {"error_title": title, "error_message": message}
    choices = _choices(column, language)
    taken = 0
    if source := CHOSEN_FROM.get((sheet.name, column.name)):
        other = next(s for s in SHEETS if s.name == source).heading(language)
        rule |= {"validate": "list", "source": f"='{other}'!$A$2:$A${LAST_ROW}", "error_type": "warning"}
    elif choices:
        rule |= {"validate": "list", "source": choices}
        if len(",".join(choices)) > LONGEST_LIST:
            letters = column_letters(used_lists + 1)
            lists.write_column(0, used_lists, choices)
            rule["source"] = f"='{LISTS}'!${letters}$1:${letters}${len(choices)}"
            taken = 1
    elif limits := _limits(column):
        rule |= limits
    else:
        return 0
    page.data_validation(1, k, LAST_ROW, k, rule)
    return taken


def _limits(column: Column) -> dict[str, Any]:
    """Return the check of a number or a date; nothing for other columns."""
    if column.kind in {"whole", "number"}:
        kind = "integer" if column.kind == "whole" else "decimal"
        limits = {"validate": kind, "criteria": "between", "minimum": column.low, "maximum": column.high}
        return limits | ({"error_type": "warning"} if column.name in DEGREES else {})  # 110°15′30″ is no number
    if column.kind == "date":
        first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
        return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
    return {}


def clean_message(column: Column, language: str) -> str:
    """Return the description, cut to the length Excel takes in a message."""
    return say(column.description, language)[:255]


def _choices(column: Column, language: str) -> list[str]:
    if column.kind == "yes_no":
        return list(reversed(YES_NO.get(language, YES_NO["en"])))
    return [zh if language == "zh" else name for name, zh in column.choices.items()]


def _write_example(page: Any, sheet: Sheet, looks: dict[str, Any], language: str) -> None:
    for k, column in enumerate(sheet.columns):
        example = column.said_example(language)
        if k == 0:
            put(page, 1, k, f"{EXAMPLE_MARK.get(language, EXAMPLE_MARK['en'])} {example}", looks["example"])
        elif column.name in NOT_IN_EXAMPLE.get(sheet.name, ()) or not example:
            continue
        elif column.kind in {"number", "whole"}:
            put(page, 1, k, float(example), looks["example"])
        elif column.kind == "date":
            put(page, 1, k, datetime.fromisoformat(example), looks["example date"])
        else:
            put(page, 1, k, example, looks["example"])


def _write_setting_names(page: Any, looks: dict[str, Any], language: str) -> None:
    """Write the name of each setting; the value stays empty, which means its default."""
    for row, setting in enumerate(SETTINGS, start=2):
        put(page, row, 0, setting.heading(language), looks["text"])
        page.write_comment(row, 0, note_of(setting, language), {"x_scale": 2, "author": "xunzhen"})
        if choices := _choices(setting, language):
            page.data_validation(row, 1, row, 1, {"validate": "list", "source": choices})
