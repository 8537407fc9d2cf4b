"""``xunzhen seen``: was every village seen as its rules demand? Heavy imports wait inside."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.errors import InputError, Issue, Where
from planner.language import Text, say, text
from planner.telling import screen, tell, tell_notices
from planner.usage import (
    ExitCode,
    JsonOption,
    LanguageOption,
    UsageFaultError,
    parse_day,
    put_out,
    refuse_overwrite,
    written_json,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.evaluation import VillageSeen
    from planner.history import PastVisit
    from planner.values import DateRange

MOST_LINES = 20  # on the screen; --json and the workbook have them all


def seen(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="A workbook (.xlsx) or a folder of tables.")],
    lang: LanguageOption,
    first: Annotated[str | None, typer.Option("--from", help="First day; else that of the sheet outcomes.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day; else that of the sheet outcomes.")] = None,
    plan: Annotated[
        list[Path] | None, typer.Option("--plan", help="A plan.json whose visits were planned too; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Workbook to write, ending in .xlsx.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell from the sheet outcomes of INPUT whether every village was seen as its rules demand, and why not."""
    from planner.evaluation import villages_seen
    from planner.seen_report import is_as_demanded, planned_visits, seen_document
    from planner.service import read_plan
    from planner.tables.dataset import read_dataset

    if out is not None:
        refuse_overwrite(out)
    asked = parse_day(first, "--from"), parse_day(last, "--to")
    dataset = read_dataset(source)
    past = [*dataset.outcomes, *(visit for file in plan or () for visit in planned_visits(read_plan(file)))]
    days = days_asked(past, *asked, source=dataset.source)
    villages = villages_seen(dataset.sites, past, days)
    if out is not None:
        from planner.tables.seen_sheets import write_seen

        write_seen(out, villages, days, lang.value)
    if as_json:
        put_out(written_json(seen_document(villages, days)))
    else:
        tell_notices(dataset.notices, lang.value)
        tell_seen(villages, days, lang.value)
        if out is not None:
            tell(text("Written: {path}", path=out), lang.value)
    sys.exit(ExitCode.OK if is_as_demanded(villages) else ExitCode.INCOMPLETE)


def days_asked(past: Sequence[PastVisit], first: date | None, last: date | None, *, source: str) -> DateRange:
    """Return the days asked for, else those that are told of; raises InputError and UsageFaultError."""
    from planner.seen_report import MOST_DAYS, days_told
    from planner.values import DateRange

    told = days_told(past)
    begin = first if first is not None or told is None else told.first_day
    end = last if last is not None or told is None else told.last_day
    if begin is None or end is None:
        problem = text("nothing tells what came of any visit.")
        remedy = text('Fill in the sheet outcomes; circuits.xlsx of a plan has one with its visits. Or give "--from".')
        raise InputError([Issue(Where(source, "outcomes"), problem, remedy)])
    if not 0 <= (end - begin).days < MOST_DAYS:
        problem = text("{first} to {last} are not 1 to {most} days.", first=begin, last=end, most=MOST_DAYS)
        raise UsageFaultError("--from", problem, text("Give an earlier and a later day."))
    return DateRange(first_day=begin, last_day=end)


def tell_seen(villages: Sequence[VillageSeen], days: DateRange, language: str) -> None:
    """Print the answer, and the villages that were not seen as demanded, the worst first."""
    from planner.seen_report import is_as_demanded, seen_answer, worst_first

    tell(seen_answer(villages, days), language, style="bold green" if is_as_demanded(villages) else "bold red")
    lines = [
        line
        for village in worst_first(villages)
        for line in village_lines(village, language)
        if village.owed or not village.is_gap_kept
    ]
    for line in lines[:MOST_LINES]:
        screen.print(line, style="yellow", markup=False, soft_wrap=True)
    if len(lines) > MOST_LINES:
        tell(text("... and {count} more; --json and --out have them all.", count=len(lines) - MOST_LINES), language)


def village_lines(village: VillageSeen, language: str) -> list[str]:
    """Return a line for each rule of a village that was not seen as demanded."""
    from planner.tables.seen_sheets import reasons_said

    lines: list[Text] = []
    for rule in village.rules:
        if rule.kept == rule.demanded and rule.is_gap_kept is not False:
            continue
        limit, gap = rule.rule.max_gap_days, rule.longest_gap_days
        lines.append(
            text(
                "{name} ({rule}): {kept} of {demanded} held, {missed} missed{why}; last held {last}; longest wait "
                "{gap} days{limit}",
                name=village.site.id if village.site.is_home else village.site.name,
                rule=rule.rule.called,
                kept=rule.kept,
                demanded=rule.demanded,
                missed=rule.missed,
                why=text(" ({why})", why=reasons_said(rule, language)) if rule.missed else "",
                last=rule.last_held or text("never"),
                gap=gap,
                limit=text(", {limit} allowed", limit=limit) if rule.is_gap_kept is False else "",
            )
        )
    return [say(line, language) for line in lines]
