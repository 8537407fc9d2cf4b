"""The command line: reads arguments, calls ``service``, prints. Heavy imports wait inside the commands."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.batch_command import batch
from planner.errors import InputError, ModelError, SolverError, XunzhenError
from planner.keeping import backup, doctor, purge, restore
from planner.language import Text, locales, say, text
from planner.seen_command import seen
from planner.serving import key_app, serve, worker
from planner.telling import screen, tell, tell_notices, tell_pages, tell_printed, tell_too_long
from planner.usage import (
    ExitCode,
    JsonOption,
    LanguageOption,
    UsageError,
    UsageFaultError,
    check_out,
    default_language,
    in_language,
    parse_day,
    put_out,
    refuse_overwrite,
    usage_issue,
    written_json,
)

if TYPE_CHECKING:
    from planner.evaluation import BalancePrice, Evaluation
    from planner.opening import County
    from planner.plan import Plan
    from planner.solver import SolveResult

app = typer.Typer(
    name="xunzhen",
    help="Plan the rounds of mobile hospitals: villages in a workbook become checked weekly circuits and printed maps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(key_app)
for served in (seen, serve, worker, batch, backup, restore, purge, doctor):
    app.command()(served)


class DatumChoice(StrEnum):
    """A system of coordinates of what is written."""

    WGS84 = "WGS-84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"
    CGCS2000 = "CGCS2000"


SourceArgument = Annotated[Path, typer.Argument(metavar="INPUT", help="A workbook (.xlsx) or a folder of tables.")]
PlanArgument = Annotated[Path, typer.Argument(metavar="PLAN", help="A plan.json made from INPUT, or edited since.")]
RoadsOption = Annotated[Path | None, typer.Option(help="An OpenStreetMap extract (.osm.pbf) or a roads file.")]


@app.command()
def plan(
    source: SourceArgument,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the plan and the pages.")],
    lang: LanguageOption,
    roads: RoadsOption = None,
    start: Annotated[str | None, typer.Option(help="First day, as 2026-03-02 or 2026/3/2; a Monday is best.")] = None,
    weeks: Annotated[int | None, typer.Option(help="Weeks to plan.", min=1, max=53)] = None,
    seconds: Annotated[float, typer.Option(help="Time to search.", min=1, max=86_400)] = 30.0,
    rounds: Annotated[
        int | None, typer.Option(help="Search rounds instead of seconds: reproducible.", min=1, max=1_000_000)
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the search.", min=0, max=2**31 - 1)] = 1,
    as_json: JsonOption = False,
) -> None:
    """Plan the rounds of INPUT and write the circuits, the map, the crew sheets and the village notices."""
    from planner.service import make_plan, open_county, write_outputs
    from planner.solver import SolveSettings

    check_out(out, source)
    county = open_county(source, roads=roads, start=parse_day(start), weeks=weeks)
    if not as_json:
        tell_county(county, lang.value)
    settings = SolveSettings(seconds=None if rounds else seconds, rounds=rounds, seed=seed)
    with progress(settings.seconds, lang.value) as (report, should_stop, on_compiling):
        result = make_plan(
            county,
            settings,
            on_improvement=report,
            should_stop=should_stop,
            on_compiling=on_compiling,
        )
    price = result.balance_price
    written = write_outputs(county, result.plan, result.evaluation, out, lang.value, balance_price=price)
    if as_json:
        print_json(county, result.plan, result.evaluation, lang.value, balance_price=price)
    else:
        tell_result(county, result, lang.value)
        tell_pages(out, written.paths, lang.value)
        tell_too_long(written.too_long, lang.value)
    sys.exit(exit_code(result.plan, result.evaluation))


@app.command()
def check(
    source: SourceArgument,
    plan_file: PlanArgument,
    lang: LanguageOption,
    roads: RoadsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a plan by every rule, from the tables afresh."""
    county, plan_read, evaluation = open_judged(source, plan_file, roads)
    if as_json:
        print_json(county, plan_read, evaluation, lang.value)
    else:
        tell_verdict(county, plan_read, evaluation, lang.value)
    sys.exit(exit_code(plan_read, evaluation))


@app.command()
def pages(
    source: SourceArgument,
    plan_file: PlanArgument,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the plan and the pages.")],
    lang: LanguageOption,
    roads: RoadsOption = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also print them to PDF, with a Chromium, Chrome or Edge.")
    ] = False,
) -> None:
    """Write the tables and pages of a plan again: in another language, edited, or as PDF."""
    from planner.exporting import refuse_stranger
    from planner.pdf import find_browser
    from planner.service import write_outputs

    check_out(out, source)
    browser = find_browser() if pdf else None
    if pdf and browser is None:
        raise UsageFaultError(
            "--pdf",
            text("there is no Chromium, Chrome or Edge on this machine."),
            text("Leave the option out, open the pages in any browser and press Ctrl+P."),
        )
    county, plan_read, evaluation = open_judged(source, plan_file, roads)
    refuse_stranger(county.problem, plan_read, evaluation)
    written = write_outputs(county, plan_read, evaluation, out, lang.value)
    tell_notices(county.notices, lang.value)
    tell_pages(out, written.paths, lang.value)
    tell_too_long(written.too_long, lang.value)
    if browser is not None:
        tell_printed(written.paths, browser, lang.value)
    sys.exit(exit_code(plan_read, evaluation))


@app.command()
def export(
    source: SourceArgument,
    plan_file: PlanArgument,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the files; the same again to update calendars.")],
    lang: LanguageOption,
    roads: RoadsOption = None,
    contacts: Annotated[
        bool, typer.Option("--contacts", help="Also put in who opens the door, and telephone numbers.")
    ] = False,
    datum: Annotated[
        DatumChoice, typer.Option(case_sensitive=False, help="Of .geojson and .gpkg, for Chinese map programs.")
    ] = DatumChoice.WGS84,
) -> None:
    """Write a plan for phones, calendars and map programs: .ics, .gpx, .geojson and .gpkg."""
    from planner.exporting import refuse_stranger, write_exports

    check_out(out, source)
    county, plan_read, evaluation = open_judged(source, plan_file, roads)
    refuse_stranger(county.problem, plan_read, evaluation)
    now = datetime.now().astimezone()
    written = write_exports(county, plan_read, out, lang.value, with_contacts=contacts, datum=datum.value, now=now)
    tell_notices(county.notices, lang.value)
    tell(text("Written: {count} files in {path}", count=len(written), path=out.resolve()), lang.value, style="bold")
    sys.exit(exit_code(plan_read, evaluation))


@app.command()
def template(
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="Workbook to write.")],
    lang: LanguageOption,
) -> None:
    """Write an empty workbook with drop-downs and notes, ready to fill in."""
    from planner.tables.template import write_template

    refuse_overwrite(out)
    write_template(out, lang.value)
    screen.print(say(text("Written: {path}", path=out), lang.value), markup=False)


@app.command()
def sample(
    lang: LanguageOption,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="qinyuan, sangzhi, bishan, daoxian or yixing.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder, or workbook ending in .xlsx, to copy the sample to.")
    ] = None,
) -> None:
    """List the sample counties, or copy one to a folder or workbook."""
    from planner.tables.samples import copy_sample, sample_lines

    if name is None:
        put_out("\n".join(sample_lines(lang.value)) + "\n")
        return
    if out is None:
        raise UsageFaultError("--out", text("it is missing."), text("Say where to: -o FOLDER, or -o FILE.xlsx."))
    copy_sample(name, out, lang.value)
    screen.print(say(text("Written: {path}", path=out), lang.value), markup=False)


@app.command()
def bench(
    instances: Annotated[
        list[Path], typer.Argument(metavar="INSTANCES...", help="Files of published instances, or folders of them.")
    ],
    lang: LanguageOption,
    as_type: Annotated[
        int | None, typer.Option("--type", help="1 (PVRP), 5 (PVRPTW) or 8 (MDPVRP), whatever the header says.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="Time to search each.", min=0.1, max=86_400)] = 30.0,
    rounds: Annotated[
        int | None, typer.Option(help="Search rounds instead of seconds: reproducible.", min=1, max=10**9)
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the search.", min=0, max=2**31 - 1)] = 1,
    solution: Annotated[
        Path | None, typer.Option(help="File ending in .json, or folder, to write the routes to.")
    ] = None,
    table: Annotated[Path | None, typer.Option("--csv", help="Table to add one row for each instance to.")] = None,
    reference: Annotated[
        Path | None, typer.Option(help="CSV of values to compare with: columns instance, reference, and maybe kind.")
    ] = None,
    to_judge: Annotated[
        Path | None, typer.Option("--check", help="Judge these routes of one instance instead of searching.")
    ] = None,
) -> None:
    """Solve published periodic routing instances with the search that plans counties, and judge the routes."""
    from planner.bench.command import judge_file, open_benchmarks, solve_each
    from planner.bench.run import Effort

    benchmarks = open_benchmarks(instances, as_type=as_type)
    tell_notices([notice for benchmark in benchmarks for notice in benchmark.notices], lang.value)

    def tell_line(sentence: Text, style: str) -> None:
        tell(sentence, lang.value, style=style)

    if to_judge is not None:
        is_good = judge_file(benchmarks, to_judge, tell_line)
    else:
        effort = Effort(seed=seed, seconds=None if rounds else seconds, rounds=rounds)
        is_good = solve_each(benchmarks, effort, tell_line, solution=solution, table=table, reference=reference)
    sys.exit(ExitCode.OK if is_good else ExitCode.HARD_RULE_BROKEN)


def open_judged(source: Path, plan_file: Path, roads: Path | None) -> tuple[County, Plan, Evaluation]:
    """Return the county for the days of a plan, the plan, and what the checker says of it."""
    from planner.advice import of_the_tables
    from planner.service import check_plan, open_county, read_plan

    plan_read = read_plan(plan_file)
    county = open_county(source, roads=roads, start=plan_read.start, weeks=-(-plan_read.days // 7))
    return county, of_the_tables(county.problem, plan_read), check_plan(county, plan_read)


def exit_code(plan_made: Plan, evaluation: Evaluation) -> ExitCode:
    """Return what the shell is told of a plan."""
    if evaluation.hard:
        return ExitCode.HARD_RULE_BROKEN
    if plan_made.unserved or evaluation.violations:
        return ExitCode.INCOMPLETE
    return ExitCode.OK


@contextmanager
def progress(
    seconds: float | None, language: str
) -> Iterator[tuple[Callable[[Plan, float], None], Callable[[], bool], Callable[[int, int], None]]]:
    """Show how far the compiling is, then the best cost so far, while the block runs; Ctrl-C stops, twice aborts."""
    from planner.screen import SearchProgress

    interrupts: list[int] = []

    def on_interrupt(_signal: int, _frame: object) -> None:
        interrupts.append(1)
        if len(interrupts) > 1:
            raise KeyboardInterrupt
        screen.print(say(text("Stopping; the best plan so far is kept. Press Ctrl-C again to abort."), language))

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        with SearchProgress(screen, seconds, language) as bar:

            def should_stop() -> bool:
                bar.tick()
                return bool(interrupts)

            yield bar.improved, should_stop, bar.compiling
    finally:
        signal.signal(signal.SIGINT, before)


def tell_county(county: County, language: str) -> None:
    """Say what was read, and every warning."""
    problem = county.problem
    counted = text(
        "{sites} villages, {teams} teams, {days} days from {start}.",
        sites=len(problem.sites), teams=len(problem.teams), days=problem.horizon.days, start=problem.horizon.start,
    )  # fmt: skip
    tell(counted, language)
    tell_notices(county.notices, language)


def tell_result(county: County, result: SolveResult, language: str) -> None:
    """Say how the search ended, what the plan is worth, and what an even workload costs where it is asked."""
    from planner.screen import balance_lines

    endings = {
        "rounds": text("All rounds were searched."),
        "seconds": text("The time to search is used up."),
        "cancelled": text("Stopped as asked; this is the best plan so far."),
        "converged": text("The search found nothing better any more."),
        "crashed": text("The solving process failed on the way; this is the best plan it had found."),
    }
    tell(endings[result.stopped], language)
    tell_verdict(county, result.plan, result.evaluation, language)
    if county.problem.balance is not None:
        for line in balance_lines(result.balance_price):
            tell(line, language)


def tell_verdict(county: County, plan_made: Plan, evaluation: Evaluation, language: str) -> None:
    """Print the summary, the violations and the unserved visits."""
    from planner.screen import (
        conflict_lines,
        cost_lines,
        debt_lines,
        summary_table,
        unserved_lines,
        verdict_lines,
        violation_lines,
    )

    conflicts = conflict_lines(county.problem, plan_made, language)
    missed = debt_lines(county.problem, plan_made, language)
    screen.print(summary_table(county.problem, plan_made, language))
    for line in (
        *verdict_lines(county.problem, plan_made, evaluation, language),
        *cost_lines(evaluation, language),
    ):
        screen.print(line, markup=False, soft_wrap=True)
    for line in violation_lines(evaluation, language):
        screen.print(line, style="red", markup=False, soft_wrap=True)
    for line in (*unserved_lines(county.problem, plan_made, language), *conflicts, *missed):
        screen.print(line, style="yellow", markup=False, soft_wrap=True)


def print_json(
    county: County,
    plan_made: Plan,
    evaluation: Evaluation,
    language: str,
    *,
    balance_price: BalancePrice | None = None,
) -> None:
    """Put the report on standard output."""
    from planner.report import report_document

    report = report_document(
        county.problem, plan_made, evaluation, county.notices, language, balance_price=balance_price
    )
    put_out(written_json(report))


def tell_faults(fault: InputError, language: str) -> None:
    """List everything wrong with the input."""
    count = sum(not issue.is_warning for issue in fault.issues)
    heading = text("The input was refused; nothing was written. {count} fault(s):", count=count)
    screen.print(say(heading, language), style="bold red", markup=False)
    for issue in fault.issues:
        mark = "! " if issue.is_warning else "- "
        screen.print(mark + issue.in_language(language), markup=False, soft_wrap=True)


def spoken_language(arguments: list[str]) -> str:
    """Return the language asked for, also when the command ended before it was parsed."""
    for asked in locales():
        if f"--lang={asked}" in arguments or (
            "--lang" in arguments and arguments[arguments.index("--lang") + 1 :][:1] == [asked]
        ):
            return asked
    return default_language().value


def run_command(language: str) -> None:
    """Run what the arguments ask; but in English, help and what is wrong with the arguments are said in our words."""
    if language == "en":
        app()
    command = in_language(typer.main.get_command(app), language)
    try:
        sys.exit(command(standalone_mode=False))
    except UsageError as fault:
        issue = usage_issue(fault)
        if issue is not None:
            screen.print(issue.in_language(language), style="red", markup=False, soft_wrap=True)
        sys.exit(ExitCode.USAGE)


def run() -> None:
    """Run the command line; every error ends in a sentence and an exit code, never in a traceback."""
    language = spoken_language(sys.argv)
    try:
        run_command(language)
    except UsageFaultError as fault:
        screen.print(fault.issue.in_language(language), style="red", markup=False, soft_wrap=True)
        sys.exit(ExitCode.USAGE)
    except InputError as fault:
        tell_faults(fault, language)
        sys.exit(ExitCode.BAD_DATA)
    except ModelError as fault:
        tell(text("{problem} {remedy}", problem=fault.problem, remedy=fault.remedy), language, style="red")
        sys.exit(ExitCode.BAD_DATA)
    except SolverError as fault:
        tell(fault.problem, language, style="red")
        sys.exit(ExitCode.INTERNAL)
    except XunzhenError as fault:  # the database does not answer
        tell(getattr(fault, "problem", text("The server failed.")), language, style="red")
        sys.exit(ExitCode.INTERNAL)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except OSError as fault:
        place = text("{file}: {why}", file=fault.filename or "", why=fault.strerror or fault)
        tell(text("A file could not be read or written. {place}", place=place), language, style="red")
        sys.exit(ExitCode.INTERNAL)
