"""Calendar files, read by another library than the one that writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event, EventStatus

from planner.model import Problem, Task
from planner.plan import Plan, Provenance
from planner.rules import NthWeekday
from planner.tables.team_calendar import CalendarWriter, period_of, team_calendar
from planner.timing import circuits_from_routes, timetable
from tests.builders import MONDAY, day, team, tiny_problem, village, weekly
from tests.maps.hostile import NAMES
from tests.maps.scenery import make_county
from tests.maps.test_render import with_hostile_names

NOON = datetime(2026, 2, 27, 12, tzinfo=timezone(timedelta(hours=8)))
LATER = NOON + timedelta(days=1)


def planned(problem: Problem, *days: tuple[int, Sequence[str]]) -> Plan:
    """Return a plan of team one: on each day (days after the Monday) the villages in order."""
    crew = problem.team_by_id["one"]
    routes = [timetable(problem, crew, day(k), [Task(name, "weekly") for name in names]) for k, names in days]
    made_from = Provenance(version="test", seed=1, rounds=1)
    circuits = circuits_from_routes(routes)
    return Plan(start=MONDAY, days=problem.horizon.days, circuits=circuits, provenance=made_from)


def writer_of(problem: Problem, plan: Plan, now: datetime = NOON, **changes: object) -> CalendarWriter:
    """Return a writer for a county in China, in English, without contacts."""
    writer = CalendarWriter(
        problem=problem,
        plan=plan,
        meetings=plan.meetings(),
        county_name="Sangzhi",
        is_in_china=True,
        language="en",
        with_contacts=False,
        now=now,
    )
    return replace(writer, **changes)  # type: ignore[arg-type]


def written(problem: Problem, plan: Plan, now: datetime = NOON, earlier: bytes | None = None) -> bytes:
    """Return the calendar of team one."""
    found = team_calendar(writer_of(problem, plan, now), problem.team_by_id["one"], earlier)
    assert found is not None
    return found


def read(calendar: bytes) -> list[Event]:
    """Return the events as the other library sees them."""
    return IcsCalendarStream.calendar_from_ics(calendar.decode("utf-8")).events


def by_name(calendar: bytes) -> dict[str, Event]:
    """Return the events by village."""
    return {str(event.summary).split(" ·")[0]: event for event in read(calendar)}


def test_other_reader_finds_every_visit_at_its_time() -> None:
    """Base to a takes 10 minutes, the visit 30, a to b 10: 08:10 to 08:40 and 08:50 to 09:20 in Shanghai."""
    problem = tiny_problem()
    found = by_name(written(problem, planned(problem, (0, "ab"), (1, "cd"))))
    assert sorted(found) == ["a", "b", "c", "d"]
    spans = [(found[name].dtstart, found[name].dtend) for name in "ab"]
    assert [(a.strftime("%m-%d %H:%M"), b.strftime("%H:%M")) for a, b in spans] == [  # type: ignore[union-attr]
        ("03-02 08:10", "08:40"),
        ("03-02 08:50", "09:20"),
    ]
    assert found["a"].dtstart.utcoffset() == timedelta(hours=8)  # type: ignore[union-attr]
    assert found["a"].dtstart.astimezone(UTC).hour == 0  # type: ignore[union-attr]
    assert found["a"].description == "Leave at 08:00.\nArrive at 08:10, after 10.0 km."


def test_file_carries_its_time_zone_and_short_lines() -> None:
    """VTIMEZONE Asia/Shanghai at +0800; lines end in CR LF and have at most 75 octets."""
    problem = tiny_problem(sites=(replace(village("a"), name="很长的村名" * 30), *map(village, "bcd")))
    calendar = written(problem, planned(problem, (0, "a")))
    assert b"BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\n" in calendar
    assert b"TZOFFSETTO:+0800" in calendar
    assert b"DTSTART;TZID=Asia/Shanghai:20260302T081000" in calendar
    assert max(map(len, calendar.split(b"\r\n"))) <= 75
    assert b"\n" not in calendar.replace(b"\r\n", b"")
    assert by_name(calendar).keys() == {"很长的村名" * 30}


def test_same_plan_written_again_later_is_the_same_file() -> None:
    """Nothing changed, so no event gets a new number or stamp."""
    problem = tiny_problem()
    plan = planned(problem, (0, "ab"), (1, "cd"))
    first = written(problem, plan)
    assert written(problem, plan, LATER, first) == first


def test_visit_that_moves_is_the_same_event_with_a_higher_number() -> None:
    """c and d move from Tuesday to Wednesday: their UIDs stay, SEQUENCE rises; a and b are untouched."""
    problem = tiny_problem()
    first = written(problem, planned(problem, (0, "ab"), (1, "cd")))
    second = written(problem, planned(problem, (0, "ab"), (2, "cd")), LATER, first)
    before, after = by_name(first), by_name(second)
    assert {name: after[name].uid for name in after} == {name: before[name].uid for name in before}
    risen = {name for name in after if after[name].sequence > before[name].sequence}  # type: ignore[operator]
    assert risen == {"c", "d"}
    assert after["c"].dtstart.day == 4
    assert len({event.uid for event in read(second)}) == 4


@pytest.mark.parametrize("now", [LATER, NOON - timedelta(days=400)])
def test_number_rises_whatever_the_clock_says(now: datetime) -> None:
    """Also when the second plan is written on a computer whose clock is a year behind."""
    problem = tiny_problem()
    first = written(problem, planned(problem, (0, "a")))
    second = written(problem, planned(problem, (3, "a")), now, first)
    assert by_name(second)["a"].sequence > by_name(first)["a"].sequence  # type: ignore[operator]


def test_number_rises_when_the_earlier_file_is_lost() -> None:
    """A plan written a minute later or more, into an empty folder: same UID, higher number."""
    problem = tiny_problem()
    first = by_name(written(problem, planned(problem, (0, "a"))))["a"]
    second = by_name(written(problem, planned(problem, (3, "a")), NOON + timedelta(minutes=1)))["a"]
    assert (second.uid, second.sequence) == (first.uid, first.sequence + 1)  # type: ignore[operator]


def test_visit_that_is_gone_is_cancelled_once() -> None:
    """d is no more: its event says CANCELLED with a higher number and nothing else; so it stays."""
    problem = tiny_problem()
    first = written(problem, planned(problem, (0, "abcd")))
    rest = planned(problem, (0, "abc"))
    second = written(problem, rest, LATER, first)
    gone = by_name(second)["Cancelled"]
    assert gone.status == EventStatus.CANCELLED
    assert gone.sequence > by_name(first)["d"].sequence  # type: ignore[operator]
    assert not gone.description
    assert written(problem, rest, LATER + timedelta(days=1), second) == second
    assert by_name(written(problem, planned(problem, (0, "abcd")), LATER, second))["d"].status == EventStatus.CONFIRMED


def test_events_outside_the_planned_days_are_left_alone() -> None:
    """The plan of next week says nothing of this week's visits: they are neither repeated nor cancelled."""
    problem = tiny_problem()
    first = written(problem, planned(problem, (0, "ab")))
    later = replace(planned(problem, (1, "a")), start=day(1), days=6)
    assert by_name(written(problem, later, LATER, first)).keys() == {"a"}


def test_team_that_lost_all_its_visits_has_them_cancelled() -> None:
    """And a team that never had any has no file."""
    problem = tiny_problem(teams=(team(), team("two")))
    plan = planned(problem, (0, "a"))
    two = problem.team_by_id["two"]
    assert team_calendar(writer_of(problem, plan), two) is None
    nothing = replace(plan, circuits=())
    cancelled = team_calendar(writer_of(problem, nothing, LATER), problem.team_by_id["one"], written(problem, plan))
    assert cancelled is not None
    assert [event.status for event in read(cancelled)] == [EventStatus.CANCELLED]


@pytest.mark.parametrize(
    "earlier",
    [
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\r\nEND:VEVENT",
        b"not a calendar",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:soon\r\nSEQUENCE:many\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ],
)
def test_earlier_file_that_is_no_calendar_counts_as_none(earlier: bytes) -> None:
    """Somebody saved something else under the name."""
    problem = tiny_problem()
    plan = planned(problem, (0, "ab"))
    assert written(problem, plan, NOON, earlier) == written(problem, plan)


def test_joint_visit_names_the_other_team_in_its_own_event() -> None:
    """Each team has an event of its own, with its own UID, that names the other."""
    problem = tiny_problem(teams=(team(), replace(team("two"), name="Vaccination")))
    own, other = (timetable(problem, crew, MONDAY, [Task("a", "weekly")]) for crew in problem.teams)
    plan = replace(planned(problem, (0, "a")), circuits=circuits_from_routes([own, other]))
    files = [team_calendar(writer_of(problem, plan), crew) for crew in problem.teams]
    events = [read(file)[0] for file in files if file]
    assert "Together with Vaccination." in str(events[0].description)
    assert events[0].uid != events[1].uid


def test_no_event_names_a_person_unless_asked() -> None:
    """Contact and telephone are in the file only with contacts, which makes the events private."""
    sites = (village("a", contact="田村医", phone="13800001234"), *map(village, "bcd"))
    problem = tiny_problem(sites=sites, teams=(team(leader="王队长", phone="13900009999"),))
    plan = planned(problem, (0, "ab"))
    calendar = written(problem, plan).decode().replace("\r\n ", "")
    told = team_calendar(writer_of(problem, plan, with_contacts=True), problem.teams[0])
    assert told is not None
    assert not [word for word in ("田村医", "13800001234", "王队长", "13900009999") if word in calendar]
    assert "CLASS" not in calendar
    assert "田村医 13800001234" in told.decode().replace("\r\n ", "")
    assert told.count(b"CLASS:PRIVATE") == 2


def test_cancelled_event_forgets_the_contacts_it_had() -> None:
    """A file once written with contacts is cleaned when it is written without."""
    problem = tiny_problem(sites=(village("a", contact="田村医"), *map(village, "bcd")))
    told = team_calendar(writer_of(problem, planned(problem, (0, "a")), with_contacts=True), problem.teams[0])
    assert "田村医" not in written(problem, planned(problem, (0, "b")), LATER, told).decode().replace("\r\n ", "")


def test_times_float_outside_china() -> None:
    """08:10 is 08:10 on any phone: no zone is named."""
    problem = tiny_problem()
    writer = writer_of(problem, planned(problem, (0, "a")), is_in_china=False)
    calendar = team_calendar(writer, problem.teams[0])
    assert calendar is not None
    assert b"DTSTART:20260302T081000" in calendar
    assert b"VTIMEZONE" not in calendar


def test_hostile_names_are_read_back_as_they_are() -> None:
    """Village, team, place and service names of the corpus; a line end is one line feed, as calendars have it."""
    made = make_county(villages=len(NAMES) + 1, teams=1)
    problem = with_hostile_names(made.problem)
    for crew_name in NAMES:
        crew = replace(problem.teams[0], name=crew_name)
        named = replace(problem, teams=(crew,))
        calendar = team_calendar(writer_of(named, made.plan, language="zh", with_contacts=True), crew)
        assert calendar is not None
        events = read(calendar)
        assert {event.summary for event in events} == {f"{name} · {name}".replace("\r\n", "\n") for name in NAMES}
        assert len(events) == len(NAMES)
        assert not [line for line in calendar.split(b"\r\n") if line[:1] not in b" ABCDEGLMPSTUVX" or b"\r" in line]


def test_what_no_file_may_hold_becomes_a_question_mark() -> None:
    """A control character or half a rare character spoils neither the file nor its neighbours."""
    problem = tiny_problem(sites=(replace(village("a"), name="x\x1b\ud800\ufffey"), *map(village, "bcd")))
    assert by_name(written(problem, planned(problem, (0, "a")))).keys() == {"x???y"}


@pytest.mark.parametrize(
    ("rule", "one", "other", "is_same"),
    [
        (weekly(), date(2026, 3, 2), date(2026, 3, 8), True),
        (weekly(), date(2026, 3, 8), date(2026, 3, 9), False),
        (weekly(every=2), date(2026, 3, 2), date(2026, 3, 15), True),
        (weekly(every=2), date(2026, 3, 15), date(2026, 3, 16), False),
        (weekly(per="month"), date(2026, 3, 1), date(2026, 3, 31), True),
        (weekly(per="month"), date(2026, 3, 31), date(2026, 4, 1), False),
        (weekly(per="quarter"), date(2026, 1, 1), date(2026, 3, 31), True),
        (weekly(per="horizon"), date(2026, 3, 2), date(2026, 5, 31), True),
        (weekly(dates=(MONDAY,)), date(2026, 3, 2), date(2026, 3, 3), False),
        (weekly(nth_weekdays=(NthWeekday(nth=1, weekday=0),)), date(2026, 3, 2), date(2026, 4, 6), False),
    ],
)
def test_period_is_what_a_visit_may_move_in(rule: object, one: date, other: date, is_same: bool) -> None:
    """Two days of one period are one visit's; named days stand for themselves."""
    periods = {period_of(rule, moment, MONDAY) for moment in (one, other)}  # type: ignore[arg-type]
    assert (len(periods) == 1) is is_same
