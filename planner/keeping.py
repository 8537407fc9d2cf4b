"""The commands that keep a server's database well: copies, purge, doctor. Heavy imports wait inside."""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.errors import InputError, Issue, Where
from planner.language import Text, say, text
from planner.serving import DatabaseOption, place_of
from planner.telling import tell
from planner.usage import JsonOption, LanguageOption, UsageFaultError, parse_day, put_out, written_json

if TYPE_CHECKING:
    from planner.doctor import Fact
    from planner.store import Database
    from planner.store.purging import Purged

SCRUB_SECONDS = 30.0
BackupArgument = Annotated[Path, typer.Argument(metavar="FILE", help="File of the backup.")]


def backup(file: BackupArgument, lang: LanguageOption, database: DatabaseOption = None) -> None:
    """Write a whole copy of the database to FILE, also while the server runs; an older copy is replaced."""
    from planner.store.backups import back_up  # noqa: PLC0415

    back_up(place_of(database), file)
    tell(text("Written: {path}", path=file.absolute()), lang.value)


def restore(
    file: BackupArgument,
    lang: LanguageOption,
    database: DatabaseOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Lose what is in the database now.")] = False,
) -> None:
    """Put a backup back as the database; nothing may have it open."""
    from planner.store import backups  # noqa: PLC0415

    place = place_of(database)
    backups.restore(file, place, is_to_replace=replace)
    tell(text("Restored: {path}", path=place), lang.value)


def purge(
    county: Annotated[str, typer.Option(help="Name of the county: a-z, 0-9 and -.")],
    lang: LanguageOption,
    database: DatabaseOption = None,
    before: Annotated[str | None, typer.Option(help="Only what was not touched since this day.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Only this dataset, with all that was made from it.")] = None,
    plan: Annotated[str | None, typer.Option(help="Only this plan.")] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Also end and delete jobs that run.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Really delete: nothing brings it back.")] = False,
) -> None:
    """Delete a county with its keys, or a part of it, for good: its bytes are in no file of the database any more."""
    from planner.store import open_existing  # noqa: PLC0415
    from planner.store.purging import scrub  # noqa: PLC0415

    if sum(part is not None for part in (before, dataset, plan)) > 1:
        raise UsageFaultError(
            "--before", text("one part at a time."), text("Give only one of --before, --dataset, --plan.")
        )
    day = parse_day(before, "--before")
    if not yes:
        raise UsageFaultError(
            "--yes", text("it is missing."), text("Nothing was deleted, and nothing could bring it back.")
        )
    store = open_existing(place_of(database))
    try:
        purged = _purged(store, county, day=day, dataset=dataset, plan=plan, and_running=cancel)
        is_erased = scrub(store, is_thorough=True, seconds=SCRUB_SECONDS)
    finally:
        store.close()
    _tell_purged(purged, lang.value)
    if not is_erased:
        tell(text("Somebody still reads the old state. Purge again, or end the server once."), lang.value, style="red")
        raise typer.Exit(1)


def _purged(
    store: Database, county: str, *, day: date | None, dataset: str | None, plan: str | None, and_running: bool
) -> Purged:
    """Delete what is asked; raises InputError when there is none, or when it is being worked on."""
    from planner.store import purging  # noqa: PLC0415
    from planner.store.records import MissingError  # noqa: PLC0415

    try:
        if day is not None:
            midnight = datetime.combine(day, time_of_day.min).astimezone()
            return purging.purge_before(store, county, round(1000 * midnight.timestamp()))
        if dataset is not None:
            return purging.purge_dataset(store, county_id=county, dataset_id=dataset, and_running=and_running)
        if plan is not None:
            return purging.purge_plan(store, county_id=county, plan_id=plan)
        return purging.purge_county(store, county, and_running=and_running)
    except MissingError:
        raise _refused(text("There is no such thing in this county."), text("Check the name.")) from None
    except purging.JobsRunningError as fault:
        raise _refused(fault.problem, text("Cancel them first, or say --cancel.")) from None


def _refused(problem: Text, remedy: Text) -> InputError:
    return InputError([Issue(Where(column="--county"), problem, remedy)])


def _tell_purged(purged: Purged, language: str) -> None:
    said = text(
        "Deleted: {datasets} datasets, {jobs} jobs, {plans} plans with {revisions} revisions, {keys} keys.",
        datasets=purged.datasets, jobs=purged.jobs, plans=purged.plans, revisions=purged.revisions, keys=purged.keys,
    )  # fmt: skip
    tell(said, language)


def doctor(
    lang: LanguageOption,
    database: DatabaseOption = None,
    watch: Annotated[
        float, typer.Option(help="Seconds to watch running jobs for a sign of life.", min=0, max=600)
    ] = 6.0,
    as_json: JsonOption = False,
) -> None:
    """Tell on one page whether this machine and its database are well, and what to do where not; code 1 for a fault."""
    from planner.doctor import examine  # noqa: PLC0415

    facts = examine(place_of(database), watch_seconds=watch)
    is_well = all(fact.state != "fault" for fact in facts)
    if as_json:
        put_out(written_json({"is_well": is_well, "facts": [fact.document(lang.value) for fact in facts]}))
    else:
        put_out("".join(f"{line}\n" for fact in facts for line in _lines(fact, lang.value)))
    raise typer.Exit(0 if is_well else 1)


def _lines(fact: Fact, language: str) -> list[str]:
    mark = {"ok": "ok", "hint": "--", "fault": "!!"}[fact.state]
    said = f"{mark}  {fact.name:<10}{say(fact.said, language)}"
    return [said] if fact.remedy is None else [said, f"{'':14}{say(fact.remedy, language)}"]
