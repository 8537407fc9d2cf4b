"""Visits have ids that name nobody; what came of them is told once, and read by whoever may look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.store import open_store
from tests.planner.api.desk import Desk, desk_over

HELD = {"held": True, "people": 41, "referrals": 3}
MISSED = {"held": False, "why": "road", "note": "桥断了"}


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An API whose plan is published."""
    database = open_store(str(tmp_path_factory.mktemp("driven") / "xunzhen.db"))
    with desk_over(database) as desk:
        headers = {**desk.headers["scheduler"], "If-Match": '"r1"'}
        assert desk.client.post(desk.path("/v1/plans/{plan_id}:publish"), headers=headers).status_code == 200
        yield desk
    database.close()


def visits(desk: Desk) -> list[dict[str, Any]]:
    path = desk.path("/v1/plans/{plan_id}/revisions/1/visits")
    items: list[dict[str, Any]] = desk.client.get(path, headers=desk.headers["read-only"]).json()["items"]
    return items


def tell(desk: Desk, visit: str, body: object, tag: str | None = None, revision: int = 1) -> Any:
    path = desk.path(f"/v1/plans/{{plan_id}}/revisions/{revision}/visits/{visit}/outcome")
    headers = {**desk.headers["scheduler"], **({} if tag is None else {"If-Match": tag})}
    return desk.client.put(path, json=body, headers=headers)


def test_visits_of_a_revision_are_those_of_its_circuits(driven: Desk) -> None:
    """One for each stop, each with an id of its own that is made of what it is and shows none of it."""
    path = driven.path("/v1/plans/{plan_id}/revisions/1")
    plan = driven.client.get(path, headers=driven.headers["read-only"]).json()["plan"]
    stops = [
        (route["day"], route["team_id"], stop["site_id"], stop["rule_id"], stop["start_minute"])
        for circuit in plan["circuits"] for route in circuit["routes"] for stop in route["stops"]
    ]  # fmt: skip
    found = visits(driven)
    assert [(v["day"], v["team_id"], v["site_id"], v["rule_id"], v["start_minute"]) for v in found] == stops
    assert len({visit["id"] for visit in found}) == len(stops) > 0
    assert visits(driven) == found


def test_outcome_is_told_once_and_corrected_by_who_has_read_it(driven: Desk) -> None:
    """200 for the same again; another one 428 without If-Match, 412 with an old one, else the next."""
    visit = visits(driven)[0]["id"]
    first, again = tell(driven, visit, MISSED), tell(driven, visit, MISSED)
    assert (first.status_code, first.headers["ETag"], again.json()) == (200, '"o1"', first.json())
    assert (first.json()["why"], first.json()["note"], first.json()["people"]) == ("road", "桥断了", None)
    for tag, status, code in (
        (None, 428, "precondition_required"),
        ('"o7"', 412, "precondition_failed"),
        ('"r1"', 412, "precondition_failed"),
        ("*", 412, "precondition_failed"),
    ):
        answer = tell(driven, visit, HELD, tag)
        assert (answer.status_code, answer.json()["code"]) == (status, code), tag
    assert tell(driven, visit, HELD, '"o1"').json()["etag"] == '"o2"'
    path = driven.path("/v1/plans/{plan_id}/outcomes")
    page = driven.client.get(path, headers=driven.headers["read-only"]).json()
    assert [(item["visit_id"], item["people"], item["referrals"]) for item in page["items"]] == [(visit, 41, 3)]
    assert page["next"] is None


def test_outcome_of_what_is_not_driven_is_refused(driven: Desk) -> None:
    """404 for a visit or a revision that is not there; 409 in a plan that is not published."""
    assert tell(driven, "0" * 24, HELD).status_code == 404
    assert tell(driven, visits(driven)[0]["id"], HELD, revision=2).status_code == 404


def test_outcome_before_publishing_is_refused(tmp_path: Path) -> None:
    """The teams do not drive by it."""
    database = open_store(str(tmp_path / "xunzhen.db"))
    with desk_over(database) as desk:
        answer = tell(desk, visits(desk)[0]["id"], HELD)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_published")
    database.close()


@pytest.mark.parametrize(
    "body",
    [
        {}, [], None, "held", {"held": 1}, {"held": "true"}, {"held": None}, {"held": False},
        {"held": True, "why": "road"}, {"held": False, "why": "王秀英"}, {"held": False, "why": "road", "people": 3},
        {"held": True, "people": -1}, {"held": True, "people": 100_001}, {"held": True, "people": 2.5},
        {"held": True, "people": True}, {"held": True, "people": "3"}, {"held": True, "people": 2, "referrals": 3},
        {"held": True, "note": ""}, {"held": True, "note": "王" * 201}, {"held": True, "note": "王\u0000"},
        {"held": True, "note": "王\u001b[2J"}, {"held": True, "note": "王\r\nX"},
        {"held": True, "note": "王\u2028X"}, {"held": True, "note": "王\u202eX"}, {"held": True, "note": ["王"]},
        {"held": True, "王秀英": "138-0013-8000"},
    ],
)  # fmt: skip
def test_outcome_that_is_none_is_refused_without_what_was_sent(driven: Desk, body: object) -> None:
    """422 of the closed list, with the place and not the value."""
    answer = tell(driven, visits(driven)[0]["id"], body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert "王" not in answer.text
    assert "138" not in answer.text


def test_note_of_200_characters_is_kept_and_logged_nowhere(driven: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """The longest one comes back as it was; no logger of any level has said a word of it."""
    caplog.set_level(0)
    note, visit = "桥" * 200, visits(driven)[-1]["id"]
    told = tell(driven, visit, {"held": False, "why": "other", "note": note}, '"o0"')
    if told.status_code == 412:  # the first and the last visit of this plan are one: correct it
        told = tell(driven, visit, {"held": False, "why": "other", "note": note}, f'"o{told.json()["head"]}"')
    assert (told.status_code, told.json()["note"]) == (200, note)
    assert "桥" not in caplog.text
