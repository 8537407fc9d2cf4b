"""Sheets on what came of visits: what was seen of every village, and a sheet to tell it in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from planner.evaluation import RuleSeen, VillageSeen
from planner.language import Text, say, text
from planner.plan import Plan
from planner.seen_report import WHY_WORDS, in_order, seen_answer, worst_of
from planner.tables.cells_out import cell_of
from planner.tables.columns import SHEET_BY_NAME
from planner.tables.workbook import new_workbook, put, put_row, width_of
from planner.values import DateRange

SEEN_HEADINGS = (
    (text("Village"), 12),
    (text("Name"), 18),
    (text("Township"), 14),
    (text("Rule"), 18),
    (text("Demanded"), 10),
    (text("Held of those"), 10),
    (text("Planned"), 10),
    (text("Held"), 8),
    (text("Missed"), 8),
    (text("Not told"), 8),
    (text("Why missed"), 30),
    (text("Last held"), 12),
    (text("Days since"), 9),
    (text("Longest wait, days"), 10),
    (text("Largest gap allowed"), 10),
    (text("Gap kept"), 9),
    (text("People"), 9),
    (text("Referrals"), 9),
    (text("In the worst tenth"), 10),
)


def write_seen(path: Path, villages: Sequence[VillageSeen], days: DateRange, language: str) -> None:
    """Write a workbook of one sheet; homes go by their ids."""
    with new_workbook(path) as workbook:
        looks = {
            "title": workbook.add_format({"bold": True, "font_size": 14}),
            "heading": workbook.add_format({"bold": True, "border": 1, "text_wrap": True, "bg_color": "#E2EFDA"}),
        }
        add_seen(workbook, looks, villages, days, language)


def add_seen(
    workbook: Any, looks: dict[str, Any], villages: Sequence[VillageSeen], days: DateRange, language: str
) -> None:
    """Add the sheet on what was seen to a workbook."""
    page = workbook.add_worksheet(say(text("Seen"), language))
    put(page, 0, 0, text("Was every village seen as its rules demand?"), looks["title"], language=language)
    put(page, 1, 0, seen_answer(villages, days), language=language)
    for k, (heading, width) in enumerate(SEEN_HEADINGS):
        page.set_column(k, k, width)
        put(page, 3, k, heading, looks["heading"], language=language)
    worst = {village.site.id for village in worst_of(villages)}
    row = 4
    for village in villages:
        for rule in village.rules:
            put_row(page, row, _line(village, rule, language, is_worst=village.site.id in worst), language=language)
            row += 1
    page.freeze_panes(4, 2)
    page.autofilter(3, 0, max(4, row - 1), len(SEEN_HEADINGS) - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(3)


def _line(village: VillageSeen, rule: RuleSeen, language: str, *, is_worst: bool) -> tuple[object, ...]:
    yes_no: dict[bool | None, Text | str] = {True: text("yes"), False: text("no"), None: ""}
    return (
        village.site.id,
        village.site.id if village.site.is_home else village.site.name,
        village.site.township,
        rule.rule.called,
        rule.demanded,
        rule.kept,
        rule.planned,
        rule.held,
        rule.missed,
        rule.untold,
        reasons_said(rule, language),
        rule.last_held.isoformat() if rule.last_held else "",
        "" if rule.days_since is None else rule.days_since,
        rule.longest_gap_days,
        "" if rule.rule.max_gap_days is None else rule.rule.max_gap_days,
        yes_no[rule.is_gap_kept],
        rule.people,
        rule.referrals,
        text("yes") if is_worst else "",
    )


def reasons_said(rule: RuleSeen, language: str) -> str:
    """Return why visits were missed, each reason with how often."""
    given = in_order(rule.reasons)
    return "; ".join(f"{say(WHY_WORDS[why], language)} {times}" for why, times in given.items())


def add_to_fill_in(workbook: Any, looks: dict[str, Any], plan: Plan, language: str) -> None:
    """Add the sheet outcomes with every visit of a plan: filled in and put into the county's workbook, it is read."""
    sheet = SHEET_BY_NAME["outcomes"]
    page = workbook.add_worksheet(sheet.heading(language))
    for k, column in enumerate(sheet.columns):
        put(page, 0, k, column.heading(language), looks["heading"])
        page.set_column(k, k, max(12, width_of(column.heading(language))))
    row = 1
    for row, cells in enumerate(_sessions(plan), start=1):
        for k, column in enumerate(sheet.columns):
            if column.name in cells:
                put(page, row, k, cell_of(column, cells[column.name], language), looks.get(column.kind))
    for k, column in enumerate(sheet.columns):
        if column.choices:
            words = list(column.choices.values()) if language == "zh" else list(column.choices)
            page.data_validation(1, k, row, k, {"validate": "list", "source": words})
    page.freeze_panes(1, 0)


def _sessions(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the cells of every visit in the order of the days; a joint session is one."""
    found: dict[tuple[Any, str, str], list[str]] = {}
    for route, stop in plan.visits():
        found.setdefault((route.day, stop.site_id, stop.rule_id), []).append(route.team_id)
    for (day, site_id, rule_id), teams in sorted(found.items()):
        yield {"village": site_id, "rule": rule_id, "date": day, "team": ", ".join(sorted(teams))}
