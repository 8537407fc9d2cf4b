"""Outcomes told over the API say what was seen, and what the next plan owes; what is told later changes no order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from planner.codec import dump_plan, load_plan
from planner.history import Brief, brief
from planner.plan import Plan, Provenance
from planner.service import open_county
from planner.store import Database, open_store
from planner.store.datasets import keep_dataset
from planner.store.jobs import cancel_job, find_job, list_jobs, submit_job
from planner.store.leases import Claimer, finish
from planner.store.plans import publish_plan, read_revision
from planner.store.records import Ending, Judged, Order
from planner.store.seen import published_past
from planner.timing import circuits_from_routes, timetable
from tests.builders import MONDAY
from tests.end_to_end.small_county import Rows, tables
from tests.planner.api.desk import Desk, desk_over
from tests.planner.jobs.test_worker import run
from tests.planner.jobs.uploads import packed

WEEK = timedelta(days=7)
HELD, MISSED = {"held": True, "people": 20, "referrals": 2}, {"held": False, "why": "road"}


def napkin() -> dict[str, Rows]:
    """Return the napkin county, whose villages wait ten days at most."""
    sheets = tables()
    sheets["rules"][0]["max_gap_days"] = 10
    return sheets


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An API with a published week of the napkin county: East on Monday, North on Tuesday; a week later once more."""
    folder: Path = tmp_path_factory.mktemp("driven")
    database = open_store(str(folder / "xunzhen.db"))
    with desk_over(database) as desk:
        content = packed(folder / "in", napkin())
        dataset, _ = keep_dataset(database, county_id="sangzhi", kind="zip", content=content, summary={})
        ids = {**desk.ids, "dataset_id": dataset.id}
        before = desk.client.get("/v1/coverage", headers=desk.headers["read-only"])
        assert (before.status_code, before.json()["code"]) == (404, "not_found")
        for start in (MONDAY, MONDAY + WEEK):
            ids[str(start)] = published(database, dataset.id, folder / "in", start)
        yield Desk(desk.client, database, ids, desk.headers)
    database.close()


def published(database: Database, dataset_id: str, folder: Path, start: date, *, sites: str = "") -> str:
    """Return the id of a published plan made by hand."""
    problem = open_county(folder, start=start, weeks=1).problem
    tasks = [task for task in problem.tasks if task.site_id.startswith(sites)]
    routes = [
        timetable(problem, problem.team_by_id[team], start + timedelta(days=k), own)
        for k, team in enumerate(("East", "North"))
        if (own := [task for task in tasks if task.site_id.startswith(team.lower())])
    ]
    provenance = Provenance(version="0", seed=1, rounds=1)
    plan = Plan(start=start, days=7, circuits=circuits_from_routes(routes), provenance=provenance)
    submit_job(database, county_id="sangzhi", dataset_id=dataset_id, order=Order())
    while (lease := Claimer(database).claim()) is not None:
        made = Judged(plan=dump_plan(plan), report=b'{"en": {}, "zh": {}}')
        job = finish(database, lease, Ending(outcome="complete", stopped="rounds", searched_ms=1, made=made))
    plan_id = str(job.plan_id)
    publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=1)
    return plan_id


def tell(desk: Desk, start: date, site: str, told: dict[str, Any]) -> None:
    """Tell what came of the visit of a village in the week that begins on a day."""
    path = f"/v1/plans/{desk.ids[str(start)]}/revisions/1/visits"
    items = desk.client.get(path, headers=desk.headers["read-only"]).json()["items"]
    visit = next(item["id"] for item in items if item["site_id"] == site)
    answer = desk.client.put(f"{path}/{visit}/outcome", json=told, headers=desk.headers["scheduler"])
    assert answer.status_code == 200, answer.text


def coverage(desk: Desk, **asked: str) -> Any:
    return desk.client.get("/v1/coverage", params=asked, headers=desk.headers["read-only"])


def order(desk: Desk, **more: object) -> Any:
    body = {"dataset_id": desk.ids["dataset_id"], "start": "2026-03-16", "weeks": 1, "rounds": 1, "seconds": 60.0}
    return desk.client.post("/v1/jobs", json={**body, **more}, headers=desk.headers["scheduler"])


@pytest.fixture(scope="module")
def told(driven: Desk) -> Desk:
    """The same; of the first week all was held, of the second east1 was missed and of north2 nobody told."""
    for site in ("east1", "east2", "east3", "north1", "north2"):
        tell(driven, MONDAY, site, HELD)
        if site != "north2":
            tell(driven, MONDAY + WEEK, site, MISSED if site == "east1" else HELD)
    return driven


def test_coverage_counts_what_was_told(told: Desk) -> None:
    """Two weeks ask ten visits; eight were held, one missed for the road, one is not told of."""
    answer = coverage(told, first_day="2026-03-02", last_day="2026-03-15")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [found[name] for name in ("demanded", "kept", "planned", "held", "missed", "untold")] == [10, 8, 10, 8, 1, 1]
    assert (found["people"], found["referrals"], found["reasons"]) == (160, 16, {"road": 1})
    assert (found["is_as_demanded"], found["worst_villages"]) == (False, ["east1"])
    east1 = next(village for village in found["villages"] if village["site_id"] == "east1")
    rule = east1["rules"][0]
    assert (rule["last_held"], rule["days_since"], rule["longest_gap_days"], rule["is_gap_kept"]) == (
        "2026-03-02", 13, 13, False,
    )  # fmt: skip
    assert "村" not in answer.text


def test_coverage_without_days_is_of_all_that_was_published(told: Desk) -> None:
    """The whole weeks from the first visit to the last one."""
    found = coverage(told).json()
    assert (found["first_day"], found["last_day"]) == ("2026-03-02", "2026-03-15")


@pytest.mark.parametrize(
    ("first", "last"), [("2026-03-15", "2026-03-02"), ("2024-01-01", "2026-03-02"), ("2026-3-2", "2026-03-09")]
)
def test_days_that_are_none_are_refused(told: Desk, first: str, last: str) -> None:
    """The wrong way round, more than 400, or written otherwise: 422 with the place."""
    answer = coverage(told, first_day=first, last_day=last)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["places"][0]["where"].startswith("query.")


def test_order_knows_what_was_told_before_it(told: Desk) -> None:
    """Nine outcomes go into the order; without the wish none, and the same key gives the same order."""
    plain, first = order(told), order(told, with_outcomes=True)
    assert (plain.json()["outcomes"], first.json()["outcomes"]) == (None, 9)
    kept = find_job(told.database, county_id="sangzhi", job_id=first.json()["id"]).order.past
    assert kept is not None
    assert next(one for one in kept if one.site_id == "east1") == Brief(
        site_id="east1", rule_id="weekly", held=(MONDAY,), missed=(MONDAY + WEEK,)
    )


def test_missed_visit_returns_in_the_next_plan_and_the_plan_is_the_same_again(told: Desk) -> None:
    """East1 was held on 2 March and missed on the 9th, ten days are allowed: by the 19th; twice, byte for byte."""
    for waiting in list_jobs(told.database, county_id="sangzhi", limit=100):
        cancel_job(told.database, county_id="sangzhi", job_id=waiting.id)
    plans = []
    for _ in range(2):
        job = find_job(told.database, county_id="sangzhi", job_id=order(told, with_outcomes=True).json()["id"])
        ended = run(told.database, job)
        assert ended.outcome == "complete"
        _, revision = read_revision(told.database, county_id="sangzhi", plan_id=str(ended.plan_id))
        plans.append(revision)
    assert plans[0].sha256 == plans[1].sha256
    plan = load_plan(plans[0].made.plan, file="plan.json")
    returns = [route.day for route, stop in plan.visits() if stop.site_id == "east1"]
    assert returns
    assert returns[0] <= MONDAY + WEEK + timedelta(days=10)
    debt = json.loads(plans[0].made.report)["en"]["missed_before"]
    assert [(one["site"], one["due"], one["state"]) for one in debt] == [("east1", "2026-03-19", "in_time")]
    shown = told.client.get(f"/v1/plans/{plans[0].plan_id}/revisions/1/index.html", headers=told.headers["read-only"])
    assert shown.status_code == 200
    move = {"site_id": "east1", "rule_id": "weekly", "from_day": str(returns[0]), "from_team": "East",
            "to_day": "2026-03-20", "to_team": "East"}  # fmt: skip
    answer = told.client.post(
        f"/v1/plans/{plans[0].plan_id}/moves?dry_run=true",
        json=move,
        headers={**told.headers["scheduler"], "If-Match": '"r1"'},
    )
    assert [violation["rule"] for violation in answer.json()["broken"] if violation["is_hard"]] == ["max_gap"]


def test_newer_plan_takes_the_place_of_an_older_one_for_its_villages(tmp_path: Path) -> None:
    """A second plan of the same week, for the East alone: North is still planned by the first, and told is told."""
    database = open_store(str(tmp_path / "xunzhen.db"))
    with desk_over(database) as desk:
        content = packed(tmp_path / "in", napkin())
        dataset, _ = keep_dataset(database, county_id="sangzhi", kind="zip", content=content, summary={})
        ids = {**desk.ids, str(MONDAY): published(database, dataset.id, tmp_path / "in", MONDAY)}
        opened = Desk(desk.client, database, ids, desk.headers)
        tell(opened, MONDAY, "east2", HELD)
        later = published(database, dataset.id, tmp_path / "in", MONDAY, sites="east1")
        past = published_past(database, county_id="sangzhi")
        assert past is not None
        assert past.newest.id == later
        assert [(visit.site_id, visit.is_held) for visit in past.visits] == [
            ("east1", None), ("east2", True), ("east3", None), ("north1", None), ("north2", None),
        ]  # fmt: skip
        assert brief(past.visits) == (Brief(site_id="east2", rule_id="weekly", held=(MONDAY,)),)
        assert published_past(database, county_id="yixing") is None
    database.close()
