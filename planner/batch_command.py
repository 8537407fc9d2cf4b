"""``xunzhen batch``: the command of whoever plans a province. Heavy imports wait inside."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.language import SHIPPED, Text, say, text
from planner.serving import DatabaseOption, LeaseOption, place_of
from planner.telling import screen
from planner.usage import ExitCode, LanguageOption, check_out

if TYPE_CHECKING:
    from planner.tally import Line, Member

LOOK_SECONDS = 1.0
MOST_FAULTS = 5  # of a county that are told
TOLD = {"complete", "some_unserved"}


def batch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A workbook, archive or folder for each county.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for batch.csv and the plans.")],
    lang: LanguageOption,
    start: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day; else what the tables say.")
    ] = None,
    weeks: Annotated[int | None, typer.Option(min=1, max=53, help="Weeks to plan; else what the tables say.")] = None,
    seconds: Annotated[float, typer.Option(min=5, max=3600, help="Seconds of search for each county.")] = 30.0,
    rounds: Annotated[int | None, typer.Option(min=1, help="Rounds instead: the same plans each time.")] = None,
    seed: Annotated[int, typer.Option(help="Where the search begins.")] = 1,
    workers: Annotated[int, typer.Option(min=0, max=64, help="Workers beside; 0: all run elsewhere.")] = 1,
    database: DatabaseOption = None,
    lease: LeaseOption = 30.0,
) -> None:
    """Plan many counties as jobs of one queue. Interrupted, it goes on where it was when it is started again."""
    from planner.batching import order_all, sources_in, write_batch
    from planner.jobs.beside import WorkersBeside
    from planner.store import open_store
    from planner.store.records import Order
    from planner.tally import lines_of, look, progress_of, totals_of

    check_out(out, folder)  # before the search, which may take the night
    language = lang.value if lang.value in SHIPPED else "en"
    order = Order(start=start and start.date(), weeks=weeks, seconds=seconds, rounds=rounds, seed=seed)
    sources, place = sources_in(folder), place_of(database)
    store = open_store(place)
    try:
        with WorkersBeside(place, count=workers, lease_seconds=lease):
            members = order_all(store, sources, order, language, lambda member: tell_read(member, language))
            said = ""
            while any(member.job is not None and member.job.state != "ended" for member in members):
                members = look(store, members)
                said = tell_once(progress_of(members), said, language)
                time.sleep(LOOK_SECONDS)
            lines = list(lines_of(store, members))
    finally:
        store.close()
    table = write_batch(out, lines)
    screen.print(say(totals_of(line for line, _ in lines).sentence, language), markup=False)
    screen.print(say(text("Table of all counties: {path}", path=table.resolve()), language), markup=False)
    raise typer.Exit(code_of([line for line, _ in lines]))


def tell_read(member: Member, language: str) -> None:
    """Tell the faults of tables that cannot be planned."""
    for fault in member.faults[:MOST_FAULTS]:
        screen.print(f"{member.name}: {fault}", style="red", markup=False, soft_wrap=True)
    if len(member.faults) > MOST_FAULTS:
        more = text("{county}: {count} more faults.", county=member.name, count=len(member.faults) - MOST_FAULTS)
        screen.print(say(more, language), style="red", markup=False)


def tell_once(sentence: Text, before: str, language: str) -> str:
    """Tell where the batch is unless that was told last; return it."""
    said = say(sentence, language)
    if said != before:
        screen.print(said, markup=False)
    return said


def code_of(lines: Sequence[Line]) -> ExitCode:
    """Return the exit code: that of the county that fared worst."""
    outcomes = {line.outcome for line in lines}
    if outcomes & {"refused", "input_fault"}:
        return ExitCode.BAD_DATA
    if outcomes - TOLD:
        return ExitCode.HARD_RULE_BROKEN
    return ExitCode.INCOMPLETE if "some_unserved" in outcomes else ExitCode.OK
