"""The files that are made of a plan for who asks over the API: one at a time, as bytes; empty where there is none."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from planner.exporting import map_file, team_file, track_file
from planner.opening import County
from planner.plan import Circuit, Plan
from planner.service import check_plan, crew_page, draw_scene, plan_page, summary_of, write_notices
from planner.tables.circuit_sheets import write_circuits


def _index(county: County, plan: Plan, *, language: str) -> bytes:
    return _bytes(plan_page(county, plan, check_plan(county, plan), language, scene=draw_scene(county)))


def _summary(county: County, plan: Plan, *, language: str) -> bytes:
    return _bytes(summary_of(county, plan, check_plan(county, plan), language, scene=draw_scene(county)))


def _sheet(county: County, plan: Plan, *, team: str, week: str, language: str) -> bytes:
    circuit = _circuit(plan, team, week)
    if circuit is None:
        return b""
    scene = draw_scene(county)
    return _bytes(crew_page(county, plan, circuit, language, scene=scene, meetings=plan.meetings()))


def _track(county: County, plan: Plan, *, team: str, week: str, language: str) -> bytes:
    circuit = _circuit(plan, team, week)
    return b"" if circuit is None else track_file(county, plan, circuit, language)


def _calendar(county: County, plan: Plan, *, team: str, language: str) -> bytes:
    return team_file(county, plan, team, language, now=datetime.now(UTC)) or b""


def _map(county: County, plan: Plan, *, layer: str, language: str) -> bytes:
    return _bytes(map_file(county, plan, layer, language, now=datetime.now(UTC)) or "")


def _workbook(county: County, plan: Plan, *, language: str) -> bytes:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:  # the child's own, which goes with it
        path = Path(folder) / "circuits.xlsx"
        past = county.dataset.outcomes
        write_circuits(path, county.problem, plan, check_plan(county, plan), language, past=past)
        return path.read_bytes()


def _notices(county: County, plan: Plan, *, language: str) -> bytes:
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        notices = Path(folder) / "notices"
        write_notices(county, plan, notices, language, scene=draw_scene(county))
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(notices.iterdir()):
                archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _circuit(plan: Plan, team: str, week: str) -> Circuit | None:
    return next((c for c in plan.circuits if (c.team_id, c.week.isoformat()) == (team, week)), None)


def _bytes(page: str) -> bytes:
    return page.encode("utf-8", "replace")


PAGES: Mapping[str, Callable[..., bytes]] = {
    "index": _index,
    "summary": _summary,
    "crew": _sheet,
    "track": _track,
    "calendar": _calendar,
    "map": _map,
    "workbook": _workbook,
    "notices": _notices,
}
