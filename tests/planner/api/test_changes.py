"""Moves and publishing over the API: each wants the revision that was read, and makes the next one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from planner.store import open_store
from planner.store.datasets import keep_dataset
from planner.store.jobs import submit_job
from planner.store.leases import Claimer, finish
from planner.store.records import Ending, Judged, Order
from tests.end_to_end.small_county import Rows
from tests.planner.api.desk import Desk, desk_over
from tests.planner.jobs.uploads import packed

DAYS = {"from_day": "2026-03-02", "to_day": "2026-03-03"}
MOVE = {"site_id": "east1", "rule_id": "weekly", "from_team": "East", "to_team": "East", **DAYS}


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An API with the napkin county, of which plans can be made by hand."""
    with edited_in(tmp_path_factory.mktemp("edited")) as desk:
        yield desk


@contextmanager
def edited_in(folder: Path, sheets: dict[str, Rows] | None = None) -> Iterator[Desk]:
    """Yield an API over a new store in a folder, which has the napkin county, or other tables."""
    database = open_store(str(folder / "xunzhen.db"))
    with desk_over(database) as desk:
        content = packed(folder / "in", sheets)
        dataset, _ = keep_dataset(database, county_id="sangzhi", kind="zip", content=content, summary={})
        yield Desk(desk.client, database, {**desk.ids, "dataset_id": dataset.id}, desk.headers)
    database.close()


def new_plan(desk: Desk, east: str = "East") -> str:
    """Return the id of a new plan, made by hand: team East on Monday, team North on Tuesday.

    The tables are read for the first move of a week.
    """
    from datetime import date

    from planner.codec import dump_plan
    from planner.plan import Plan, Provenance
    from planner.service import open_county
    from planner.timing import circuits_from_routes, timetable

    folder = Path(str(desk.database.engine.url.database)).parent / "in"
    problem = open_county(folder, start=date(2026, 3, 2), weeks=1).problem
    eastern, north = ([task for task in problem.tasks if task.site_id.startswith(name)] for name in ("east", "north"))
    routes = [
        timetable(problem, problem.team_by_id[east], date(2026, 3, 2), eastern),
        timetable(problem, problem.team_by_id["North"], date(2026, 3, 3), north),
    ]
    provenance = Provenance(version="0", seed=1, rounds=1)
    plan = Plan(start=date(2026, 3, 2), days=7, circuits=circuits_from_routes(routes), provenance=provenance)
    submit_job(desk.database, county_id="sangzhi", dataset_id=desk.ids["dataset_id"], order=Order())
    while (lease := Claimer(desk.database).claim()) is not None:
        made = Judged(plan=dump_plan(plan), report=b'{"en": {}, "zh": {}}')
        job = finish(desk.database, lease, Ending(outcome="complete", stopped="rounds", searched_ms=1, made=made))
    return str(job.plan_id)


def move(desk: Desk, plan_id: str, tag: str | None = '"r1"', query: str = "", **changes: object) -> Any:
    headers = {**desk.headers["scheduler"], **({} if tag is None else {"If-Match": tag})}
    return desk.client.post(f"/v1/plans/{plan_id}/moves{query}", json={**MOVE, **changes}, headers=headers)


def test_move_is_told_before_it_is_made(edited: Desk) -> None:
    """The dry run changes nothing and says the same as the move: one visit more on Tuesday, one less on Monday."""
    plan_id = new_plan(edited)
    tried, made = move(edited, plan_id, query="?dry_run=true"), move(edited, plan_id)
    assert (tried.status_code, made.status_code) == (200, 200), tried.text
    assert (tried.json()["head"], made.json()["head"]) == (1, 2)
    assert (tried.headers["ETag"], made.headers["ETag"]) == ('"r1"', '"r2"')
    told = ("cost", "cost_change", "term_changes", "broken", "changes")
    assert [tried.json()[name] for name in told] == [made.json()[name] for name in told]
    assert made.json()["cost_change"] > 0  # a second day on the road
    revision = edited.client.get(f"/v1/plans/{plan_id}/revisions/2", headers=edited.headers["read-only"]).json()
    days = {route["day"] for circuit in revision["plan"]["circuits"] for route in circuit["routes"]}
    assert days == {"2026-03-02", "2026-03-03"}
    assert (revision["made_by"], revision["report"]["violations"]) == ("move", [])


def test_difference_of_two_revisions_is_what_the_move_said(edited: Desk) -> None:
    """One visit on another day; the other way round it goes back; a revision differs from itself by nothing."""
    plan_id = new_plan(edited)
    made = move(edited, plan_id)

    def diff(first: int, second: int) -> Any:
        params = {"from": first, "to": second}
        return edited.client.get(f"/v1/plans/{plan_id}/diff", params=params, headers=edited.headers["read-only"])

    there, back = diff(1, 2).json()["changes"], diff(2, 1).json()["changes"]
    assert [change["sentence"] for change in there] == made.json()["changes"]
    moved = next(change for change in there if change["site_id"] == "east1")
    assert (moved["kind"], moved["before"]["day"], moved["after"]["day"]) == ("moved day", "2026-03-02", "2026-03-03")
    assert {(change["site_id"], change["kind"]) for change in there} == {(c["site_id"], c["kind"]) for c in back}
    assert diff(1, 1).json()["changes"] == []
    assert (diff(1, 3).status_code, diff(0, 1).status_code) == (404, 422)


def test_second_move_of_a_plan_takes_no_reading(edited: Desk) -> None:
    """The tables are at hand: well below a second where nothing else runs."""
    plan_id = new_plan(edited)
    move(edited, plan_id, query="?dry_run=true")
    began = time.monotonic()
    assert move(edited, plan_id, query="?dry_run=true").status_code == 200
    assert time.monotonic() - began < 3


def test_change_without_or_with_an_old_revision_is_refused(edited: Desk) -> None:
    """428 without If-Match, 412 for another one; it says which is the newest."""
    plan_id = new_plan(edited)
    assert move(edited, plan_id).status_code == 200
    for tag, status, code in (
        (None, 428, "precondition_required"),
        ('"r1"', 412, "precondition_failed"),
        ("*", 412, "precondition_failed"),
        ("r2", 412, "precondition_failed"),
        ('W/"r2"', 412, "precondition_failed"),
        ('"r2", "r3"', 412, "precondition_failed"),
        ('"r9999999999"', 412, "precondition_failed"),
        ('"r02"', 412, "precondition_failed"),
    ):
        answer = move(edited, plan_id, tag)
        assert (answer.status_code, answer.json()["code"]) == (status, code), tag
    assert move(edited, plan_id, '"r1"').json()["head"] == 2


def test_move_that_breaks_hard_rules_wants_to_be_meant(edited: Desk) -> None:
    """Team North does not own east1 and may not be lent: refused with the rule, made when it is accepted."""
    plan_id = new_plan(edited)
    refused = move(edited, plan_id, to_team="North")
    assert (refused.status_code, refused.json()["code"]) == (422, "rules_broken")
    assert [broken["rule"] for broken in refused.json()["broken"]] == ["owner"]
    made = move(edited, plan_id, to_team="North", accept_broken_rules=True)
    assert (made.status_code, made.json()["broken"][0]["is_hard"]) == (200, True)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"site_id": "王秀英"}, "site_id"),
        ({"to_team": "王秀英"}, "team"),
        ({"to_day": "2027-01-01"}, "to_day"),
        ({"from_day": "2026-03-04"}, "from_day"),
        ({"from_day": None}, "owed"),
    ],
)
def test_move_that_means_nothing_is_refused(edited: Desk, changes: dict[str, Any], part: str) -> None:
    """With the reason in words: which part is wrong and what to do, without what was sent."""
    answer = move(edited, new_plan(edited), **changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "move_refused")
    assert part in answer.json()["reason"]
    assert answer.json()["detail"]
    assert "王秀英" not in answer.text


def test_recommended_place_can_be_sent_as_a_move(edited: Desk) -> None:
    """The best place of east1: what it is told to cost is what the move costs; the plan is as it was until then."""
    plan_id = new_plan(edited)
    wish = {name: MOVE[name] for name in ("site_id", "rule_id", "from_day", "from_team")}
    path = f"/v1/plans/{plan_id}/revisions/1:recommend"
    found = edited.client.post(path, json={**wish, "limit": 3.0}, headers=edited.headers["scheduler"])
    assert found.status_code == 200, found.text
    slots = found.json()["slots"]
    assert len(slots) == 3
    assert [slot["is_sound"] for slot in slots] == [True] * 3
    assert [slot["cost_change"] for slot in slots] == sorted(slot["cost_change"] for slot in slots)
    for slot in slots:
        place = {name: slot[name] for name in ("to_day", "to_team", "position")}
        tried = move(edited, plan_id, query="?dry_run=true", **place).json()
        assert (tried["head"], tried["cost_change"], tried["broken"]) == (1, slot["cost_change"], slot["broken"])
        assert tried["term_changes"].get("distance_km", 0) == pytest.approx(slot["km_change"])
    assert (
        move(edited, plan_id, **{name: slots[0][name] for name in ("to_day", "to_team", "position")}).status_code == 200
    )
    refused = edited.client.post(path, json={**wish, "site_id": "王秀英"}, headers=edited.headers["scheduler"])
    assert (refused.status_code, refused.json()["code"]) == (422, "move_refused")
    assert "王秀英" not in refused.text
    owed = edited.client.post(path, json={**wish, "from_day": None}, headers=edited.headers["scheduler"])
    assert owed.json()["code"] == "move_refused"


def test_published_revision_is_the_one_that_was_read(edited: Desk) -> None:
    """Published at 1; after a move still at 1, and 2 only when 2 was read."""
    plan_id = new_plan(edited)

    def publish(tag: str) -> Any:
        headers = {**edited.headers["scheduler"], "If-Match": tag}
        return edited.client.post(f"/v1/plans/{plan_id}:publish", headers=headers)

    assert publish('"r1"').json()["published"] == 1
    move(edited, plan_id)
    assert publish('"r1"').status_code == 412
    assert edited.client.get(f"/v1/plans/{plan_id}", headers=edited.headers["read-only"]).json()["published"] == 1
    assert publish('"r2"').json()["published"] == 2


def test_editors_at_once_lose_no_move(edited: Desk) -> None:
    """8 editors move a visit between two days, 3 times each, reading again when they were late: 24 revisions more."""
    plan_id = new_plan(edited)
    move(edited, plan_id, query="?dry_run=true")

    def edit(_: int) -> int:
        made = 0
        while made < 3:
            answer = edited.client.get(f"/v1/plans/{plan_id}", headers=edited.headers["read-only"])
            forth = answer.json()["head"] % 2 == 1
            days = DAYS if forth else {"from_day": DAYS["to_day"], "to_day": DAYS["from_day"]}
            status = move(edited, plan_id, answer.headers["ETag"], **days).status_code
            assert status in {200, 412}
            made += status == 200
        return made

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(edit, range(8))) == 24
    assert edited.client.get(f"/v1/plans/{plan_id}", headers=edited.headers["read-only"]).json()["head"] == 25
