"""What leaves the planner for phones, calendars and map programs: one folder of files made from a plan.

Nothing here names a person or a telephone unless asked for: see ``docs/exports.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from maps.scene import LonLat, Scene
from maps.tracks import known_lines, team_track
from planner.announcements import without_homes
from planner.datum import Datum
from planner.errors import InputError, Issue, Where
from planner.evaluation import Evaluation
from planner.files import only_writer, remove_leftovers, staged_folder
from planner.language import text
from planner.model import Problem
from planner.opening import County
from planner.plan import Circuit, Plan, Route
from planner.public import write_page
from planner.service import draw_scene
from planner.tables.map_files import geojson, map_layers, write_geopackage
from planner.tables.team_calendar import CalendarWriter, team_calendar
from planner.values import DAY_MINUTES

LARGEST_CALENDAR = 10_000_000
OURS = ("calendars/team-*.ics", "gpx/????-??-??_*.gpx")  # those of teams that have no circuit any more are deleted


def write_exports(
    county: County,
    plan: Plan,
    folder: Path,
    language: str,
    *,
    with_contacts: bool = False,
    datum: Datum = "WGS-84",
    now: datetime,
) -> tuple[Path, ...]:
    """Write calendars, GPX, GeoJSON and a GeoPackage; return the paths. ``now`` is the time, with its zone.

    ``datum`` is that of GeoJSON and GeoPackage; calendars and GPX are always in WGS-84, as receivers are.

    Calendars that lie in the folder from before are brought up to date: what moved is moved, what is gone cancelled.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with only_writer(folder):
        remove_leftovers(folder, "calendars", "gpx")
        with staged_folder(folder) as stage:
            scene, writer = draw_scene(county), _writer(county, plan, language, with_contacts, now)
            _write_calendars(folder, stage, writer)
            _write_tracks(scene, stage, writer)
            _write_maps(county, scene, stage, writer, datum)
            written = sorted(path.relative_to(stage) for path in stage.rglob("*") if path.is_file())
        kept = {folder / path for path in written}
        for stale in {path for pattern in OURS for path in folder.glob(pattern)} - kept:
            stale.unlink()
    return tuple(folder / path for path in written)


def team_file(county: County, plan: Plan, team_id: str, language: str, *, now: datetime) -> bytes | None:
    """Return the calendar of one team, which names nobody; None when the team has no visits, or there is none."""
    team = county.problem.team_by_id.get(team_id)
    return None if team is None else team_calendar(_writer(county, plan, language, False, now), team)


def track_file(county: County, plan: Plan, circuit: Circuit, language: str) -> bytes:
    """Return the way of one team in one week as GPX in WGS-84, which names nobody."""
    problem, scene = without_homes(county.problem), draw_scene(county)
    return team_track(problem, circuit, scene=scene, language=language, with_contacts=False)


def map_file(county: County, plan: Plan, layer: str, language: str, *, now: datetime) -> str | None:
    """Return one layer of the map as GeoJSON in WGS-84, which names nobody; None when there is no such layer."""
    writer = _writer(county, plan, language, False, now)
    frame = _layers(county, draw_scene(county), writer, "WGS-84").get(layer)
    return None if frame is None else geojson(frame)


def refuse_stranger(problem: Problem, plan: Plan, evaluation: Evaluation) -> None:
    """Raise InputError when the plan was made from other tables: it names what is not there, or no time of a day."""
    found = [violation.sentence for violation in evaluation.violations if violation.rule == "unknown"]
    places = set(problem.base_by_id) | set(problem.site_by_id)
    strange = any(circuit.team_id not in problem.team_by_id for circuit in plan.circuits)
    if strange or any(visit.task not in problem.rule_by_task for visit in plan.unserved):
        found.append(text("The plan names teams or visits that are not in the tables."))
    for route in plan.routes():
        known = {route.start_base, route.end_base, *(supply.base_id for supply in route.supplies)} <= places
        minutes = [route.start_minute, route.end_minute]
        minutes += [m for halt in route.halts for m in (halt.arrive_minute, halt.start_minute, halt.leave_minute)]
        if not known or not all(0 <= minute <= DAY_MINUTES for minute in minutes):
            found.append(
                text("The route of team {team} on {day} cannot be followed.", team=route.team_id, day=route.day)
            )
    remedy = text("Give the tables the plan was made from, or plan again.")
    if found:
        raise InputError([Issue(Where("plan.json"), sentence, remedy) for sentence in found])


def _writer(county: County, plan: Plan, language: str, with_contacts: bool, now: datetime) -> CalendarWriter:
    settings = county.dataset.county
    return CalendarWriter(
        problem=county.problem if with_contacts else without_homes(county.problem),
        plan=plan,
        meetings=plan.meetings(),
        county_name=settings.name,
        is_in_china=settings.country == "CN",
        language=language,
        with_contacts=with_contacts,
        now=now,
    )


def _write_calendars(folder: Path, stage: Path, writer: CalendarWriter) -> None:
    (stage / "calendars").mkdir()
    names = file_names(team.id for team in writer.problem.teams)
    for team in writer.problem.teams:
        name = f"calendars/team-{names[team.id]}.ics"
        calendar = team_calendar(writer, team, _earlier(folder / name))
        if calendar is not None:
            (stage / name).write_bytes(calendar)


def _earlier(path: Path) -> bytes | None:
    """Return the calendar written before; None when there is none, or none that we wrote."""
    if not path.is_file() or path.stat().st_size > LARGEST_CALENDAR:
        return None
    return path.read_bytes()


def _write_tracks(scene: Scene, stage: Path, writer: CalendarWriter) -> None:
    problem = writer.problem
    (stage / "gpx").mkdir()
    names = file_names(team.id for team in problem.teams)
    for circuit in writer.plan.circuits:
        track = team_track(problem, circuit, scene=scene, language=writer.language, with_contacts=writer.with_contacts)
        (stage / "gpx" / f"{circuit.week:%Y-%m-%d}_{names[circuit.team_id]}.gpx").write_bytes(track)


def _write_maps(county: County, scene: Scene, stage: Path, writer: CalendarWriter, datum: Datum) -> None:
    layers = _layers(county, scene, writer, datum)
    for name, frame in layers.items():
        write_page(stage / f"{name}.geojson", geojson(frame))
    write_geopackage(stage / "plan.gpkg", layers)


def _layers(county: County, scene: Scene, writer: CalendarWriter, datum: Datum) -> Mapping[str, Any]:
    return map_layers(
        county.dataset.tables,
        writer.problem,
        writer.plan,
        lambda route: _points(writer.problem, route, scene),
        language=writer.language,
        with_contacts=writer.with_contacts,
        datum=datum,
    )


def _points(problem: Problem, route: Route, scene: Scene) -> list[LonLat]:
    points: list[LonLat] = []
    for line, _ in known_lines(problem, route, scene):
        points += line[1:] if points[-1:] == [line[0]] else line
    return points


def file_names(identities: Iterable[str]) -> dict[str, str]:
    """Return a part of a file name for each id: safe letters, told apart where only case or odd letters differ."""
    safe = {i: "".join(c if c.isalnum() or c in "-_" else "_" for c in i)[:40] for i in sorted(set(identities))}
    often = Counter(name.casefold() for name in safe.values())
    return {i: name if often[name.casefold()] == 1 else f"{name}-{_digest(i)}" for i, name in safe.items()}


def _digest(identity: str) -> str:
    return blake2b(identity.encode("utf-8", "replace"), digest_size=3).hexdigest()
