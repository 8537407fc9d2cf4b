"""The main job, top to bottom: tables -> roads -> travel -> problem -> plan -> checked -> pages.

Every door (command line, later the API) calls these verbs; no policy lives above this file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from maps.backdrop import backdrop_of, closed_roads_of
from maps.paths import LegPaths
from maps.printouts import crew_sheet
from maps.render import index_page
from maps.scene import Scene
from maps.summary import summary_page
from maps.travel import places_of
from planner.codec import dump_plan, load_plan
from planner.errors import InputError, Issue, Where
from planner.evaluation import BalancePrice, Evaluation, evaluate
from planner.files import only_writer, remove_leftovers, staged_folder
from planner.language import Text, text
from planner.model import Problem
from planner.opening import MAX_WEEKS, County, open_county
from planner.plan import Circuit, Meetings, Plan
from planner.public import file_name, write_page, write_public
from planner.relief import with_relaxations
from planner.report import report_document
from planner.solver import SolveResult, SolveSettings, solve
from planner.tables.exports import write_circuits
from planner.values import FIRST_YEAR, LAST_YEAR

__all__ = [
    "County",
    "Written",
    "check_plan",
    "crew_page",
    "draw_scene",
    "make_plan",
    "open_county",
    "plan_label",
    "plan_page",
    "read_plan",
    "sheet_name",
    "write_outputs",
    "write_pages",
]

MAX_PLAN_BYTES = 50_000_000  # a year of 1,000 villages is 20 MB
SHEET_NAMES = "????-??-??_???_*.html"  # what ``file_name`` gives: other files in the folder are not ours to delete


def make_plan(
    county: County,
    settings: SolveSettings,
    *,
    on_improvement: Callable[[Plan, float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_compiling: Callable[[int, int], None] | None = None,
    start: Plan | None = None,
) -> SolveResult:
    """Plan the county's rounds; the result's plan carries what it was made from, and advice on what it owes.

    The search goes on from the plan ``start``, when one is given that is better than the first one made.
    """
    result = solve(
        county.problem,
        settings,
        on_improvement,
        should_stop=should_stop,
        on_compiling=on_compiling,
        dataset_sha256=county.dataset.sha256,
        start=start,
    )
    origin = replace(result.plan.provenance, is_travel_estimated=county.travel.is_estimated)
    advised = with_relaxations(county.problem, result.plan)  # once, at the end: the search has no time for it
    return replace(result, plan=replace(advised, provenance=origin))


def read_plan(path: Path) -> Plan:
    """Read a plan.json; raises InputError when there is none, or it is no plan of days that can be planned."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_PLAN_BYTES + 1)
    except OSError as fault:
        problem = text("The plan cannot be read: {why}.", why=fault.strerror or "?")
        raise InputError([Issue(Where(path.name), problem, text("Give the path of a plan.json."))]) from None
    if len(content) > MAX_PLAN_BYTES:
        problem = text("The file is larger than any plan: more than {most} MB.", most=MAX_PLAN_BYTES // 10**6)
        raise InputError([Issue(Where(path.name), problem, text("Give the path of a plan.json."))])
    plan = load_plan(content, file=path.name)
    for field, value, fits in (
        ("start", plan.start, FIRST_YEAR <= plan.start.year <= LAST_YEAR),
        ("days", plan.days, 1 <= plan.days <= 7 * MAX_WEEKS),
    ):
        if not fits:
            problem = text("No plan can have {field} {value}.", field=field, value=value)
            where = Where(path.name, column=f"plan.{field}")
            raise InputError([Issue(where, problem, text("Correct the field, or plan again."))])
    return plan


def check_plan(county: County, plan: Plan) -> Evaluation:
    """Judge a plan, whoever made it, by every rule."""
    return evaluate(county.problem, plan)


@dataclass(frozen=True, slots=True)
class Written:
    """The files written, and a sentence for each notice or text message that turned out too long."""

    paths: tuple[Path, ...]
    too_long: tuple[Text, ...]


def write_outputs(
    county: County,
    plan: Plan,
    evaluation: Evaluation,
    folder: Path,
    language: str,
    *,
    balance_price: BalancePrice | None = None,
) -> Written:
    """Write plan.json, report.json, circuits.xlsx, index.html, summary.html, the crew sheets and the village notices.

    Every file takes its name only when whole, plan.json last; sheets of teams that have no circuit any more go, and so
    do notices of days and townships that have none, and prints (PDF) of pages that were.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with only_writer(folder):
        remove_leftovers(folder, "crew", "notices")
        with staged_folder(folder, last="plan.json") as stage:
            scene = draw_scene(county)
            write_pages(county, plan, evaluation, stage, language, scene=scene)
            too_long = write_notices(county, plan, stage / "notices", language, scene=scene)
            past = county.dataset.outcomes
            write_circuits(stage / "circuits.xlsx", county.problem, plan, evaluation, language, past=past)
            report = report_document(
                county.problem, plan, evaluation, county.notices, language, balance_price=balance_price
            )
            write_page(stage / "report.json", json.dumps(report, ensure_ascii=False, indent=1) + "\n")
            (stage / "plan.json").write_bytes(dump_plan(plan))
            written = sorted(path.relative_to(stage) for path in stage.rglob("*") if path.is_file())
        old = {path for name in ("crew", "notices") for path in folder.glob(f"{name}/{SHEET_NAMES}")}
        kept = {folder / path for path in written}
        for stale in old - kept:
            stale.unlink()
        for page in old | {path for path in kept if path.suffix == ".html"}:  # a print of a page that is no more
            page.with_suffix(".pdf").unlink(missing_ok=True)
    return Written(tuple(folder / path for path in written), too_long)


def write_pages(
    county: County, plan: Plan, evaluation: Evaluation, folder: Path, language: str, *, scene: Scene
) -> None:
    """Write the interactive map, the supervisor summary and one crew sheet per team and week."""
    write_page(folder / "index.html", plan_page(county, plan, evaluation, language, scene=scene))
    write_page(folder / "summary.html", summary_of(county, plan, evaluation, language, scene=scene))
    (folder / "crew").mkdir()
    meetings = plan.meetings()
    for circuit in plan.circuits:
        sheet = crew_page(county, plan, circuit, language, scene=scene, meetings=meetings)
        write_page(folder / "crew" / sheet_name(county.problem, circuit), sheet)


def plan_page(county: County, plan: Plan, evaluation: Evaluation, language: str, *, scene: Scene) -> str:
    """Return the page with the interactive map."""
    return index_page(
        county.problem,
        plan,
        evaluation,
        scene=scene,
        language=language,
        county_name=county.dataset.county.name,
        notes=tuple(issue.in_language(language) for issue in county.notices),
    )


def summary_of(county: County, plan: Plan, evaluation: Evaluation, language: str, *, scene: Scene) -> str:
    """Return the supervisor summary."""
    return summary_page(
        county.problem,
        plan,
        evaluation,
        backdrop=scene.backdrop,
        language=language,
        county_name=county.dataset.county.name,
        plan_label=plan_label(county, plan),
        past=county.dataset.outcomes,
    )


def write_notices(county: County, plan: Plan, folder: Path, language: str, *, scene: Scene) -> tuple[Text, ...]:
    """Write the village notices and text messages into a new folder; return what turned out too long."""
    settings, label = county.dataset.county, plan_label(county, plan)
    return write_public(county.problem, plan, settings, folder, language, backdrop=scene.backdrop, plan_label=label)


def crew_page(county: County, plan: Plan, circuit: Circuit, language: str, *, scene: Scene, meetings: Meetings) -> str:
    """Return the sheet of one team and week."""
    settings = county.dataset.county
    return crew_sheet(
        county.problem,
        circuit,
        scene=scene,
        language=language,
        county_name=settings.name,
        meetings=meetings,
        dispatch_phone=settings.phone,
        emergency_phone=settings.emergency_phone,
        plan_label=plan_label(county, plan),
        code_datum=settings.code_datum,
        paper=settings.crew_paper,
    )


def draw_scene(county: County) -> Scene:
    """Return what the maps draw besides the plan: roads, rivers, boundary, closures, and the line of each leg."""
    dataset = county.dataset
    paths = LegPaths(county.network, places_of(dataset.bases, dataset.sites), dataset.road_closures)
    backdrop = backdrop_of(county.network, dataset.rivers, dataset.boundary)
    closed = closed_roads_of(county.network, dataset.road_closures)
    return Scene(backdrop=backdrop, leg_line=paths.line, closed_roads=closed)


def plan_label(county: County, plan: Plan) -> str:
    """Return the few letters that tell one plan from another on paper."""
    return f"{plan.start:%Y-%m-%d} · {county.dataset.sha256[:6]}-{plan.provenance.seed}-{plan.provenance.rounds}"


def sheet_name(problem: Problem, circuit: Circuit) -> str:
    """Return a file name that no team's name can break: week, team number, safe letters of its id."""
    number = 1 + [team.id for team in problem.teams].index(circuit.team_id)
    return file_name(circuit.week, number, circuit.team_id)
