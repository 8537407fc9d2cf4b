"""Plans survive the round trip through JSON, and files that are no plans are refused by name and field."""

import json
from datetime import date

import pytest

from planner.codec import dump_plan, load_plan
from planner.errors import InputError
from planner.plan import Circuit, Lunch, Plan, Provenance, Route, Stop, UnservedVisit
from tests.builders import MONDAY


def a_plan() -> Plan:
    stop = Stop(
        site_id="a",
        rule_id="weekly",
        arrive_minute=490,
        start_minute=490,
        leave_minute=520,
        leg_minutes=10,
        leg_metres=9,
    )
    route = Route(
        team_id="one",
        day=MONDAY,
        start_base="base",
        end_base="base",
        start_minute=480,
        end_minute=530,
        stops=(stop,),
        lunch=Lunch(start_minute=520, end_minute=521),
        return_minutes=10,
        return_metres=9,
        metres=18,
        drive_minutes=20,
        service_minutes=30,
        wait_minutes=0,
    )
    owed = UnservedVisit(
        site_id="村 b",
        rule_id="weekly",
        first_day=MONDAY,
        last_day=date(2026, 3, 8),
        reason="no_time_left",
        details=(("k", "v"),),
    )
    circuit = Circuit(team_id="one", week=MONDAY, routes=(route,))
    origin = Provenance(version="0.1.0", seed=1, rounds=3)
    return Plan(start=MONDAY, days=7, circuits=(circuit,), unserved=(owed,), provenance=origin)


def test_plan_survives_the_round_trip() -> None:
    """Written and read again it is the same plan, and the same bytes."""
    content = dump_plan(a_plan())
    assert load_plan(content, file="plan.json") == a_plan()
    assert dump_plan(load_plan(content, file="plan.json")) == content


def changed(**fields: object) -> bytes:
    document = json.loads(dump_plan(a_plan()))
    document["plan"].update(fields)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "not a plan"),
        (b"\xff\xfe\x00", "not a plan"),
        (b"[" * 100_000, "not a plan"),
        (b'{"format": "xunzhen-plan", "version": 99}', "version 99"),
        (b'{"format": "xunzhen-plan", "version": 1}', "found None"),
        (changed(days="7"), "plan.days"),
        (changed(days=True), "plan.days"),
        (changed(colour="red"), "plan.colour"),
        (changed(days=10**400), "plan.days: The number is beyond"),
        (changed(days=-(10**400)), "plan.days: The number is beyond"),
        (changed(start="2026-02-30"), "plan.start"),
        (changed(circuits=[{}]), "plan.circuits.0.team_id"),
    ],
    ids=[
        "empty",
        "binary",
        "deep",
        "newer",
        "no plan",
        "text for number",
        "true",
        "unknown field",
        "huge number",
        "huge debt",
        "bad date",
        "hollow",
    ],
)
def test_file_that_is_no_plan_is_refused(content: bytes, named: str) -> None:
    """The message names the file and the field."""
    with pytest.raises(InputError, match=named) as refused:
        load_plan(content, file="plan.json")
    assert "plan.json" in str(refused.value)
