"""Arrival times, waiting and the lunch break, on the straight road where every leg is 10 minutes."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations, product

import numpy as np
import pytest

from planner.errors import ModelError
from planner.model import Task, Team
from planner.plan import Lunch, Route
from planner.rules import ServiceTime
from planner.timing import circuits_from_routes, needs_lunch, timetable
from planner.values import LunchBreak, Window
from tests.builders import MONDAY, day, straight_road, team, tiny_problem, village, weekly

NOON = LunchBreak(earliest_minute=690, latest_minute=780, minutes=60)  # starts 11:30 to 13:00


def visits(names: str) -> list[Task]:
    """Return the weekly task of each village named."""
    return [Task(name, "weekly") for name in names]


def day_of(names: str, crew: Team | None = None, **villages: object) -> Route:
    """Return the Monday timetable over the villages named, with villages changed as asked."""
    sites = tuple(villages.get(name, village(name)) for name in "abcd")
    crew = crew or team()
    problem = tiny_problem(teams=(crew,), sites=sites)
    return timetable(problem, crew, MONDAY, visits(names))


def times(route: Route) -> list[tuple[int, int, int]]:
    """Return (arrive, start, leave) of each stop."""
    return [(s.arrive_minute, s.start_minute, s.leave_minute) for s in route.stops]


def test_route_adds_legs_and_services() -> None:
    """08:00 + 10 + 30 + 10 + 30 + 20 home = 09:40; the totals are sums."""
    route = day_of("ab")
    assert times(route) == [(490, 490, 520), (530, 530, 560)]
    assert (route.start_minute, route.end_minute) == (480, 580)
    assert (route.return_minutes, route.return_metres, route.metres) == (20, 20_000, 40_000)
    assert (route.drive_minutes, route.service_minutes, route.wait_minutes) == (40, 60, 0)


def test_route_without_stops_is_no_journey() -> None:
    """A team that goes nowhere is home at the start of its shift."""
    route = day_of("")
    assert (route.start_minute, route.end_minute, route.metres, route.stops) == (480, 480, 0, ())


def test_day_between_two_nights_away_starts_and_ends_at_the_lodgings() -> None:
    """From d (08:00) to c 10 minutes, 30 there, on to b 10 minutes, 30 there, and back to c: 90 minutes, 30 km."""
    problem = tiny_problem()
    route = timetable(problem, problem.teams[0], MONDAY, visits("cb"), start_place="d", end_place="c")
    assert (route.start_base, route.end_base, route.metres, route.return_metres) == ("d", "c", 30_000, 10_000)
    assert (route.start_minute, route.end_minute) == (480, 570)


def test_departure_waits_for_the_first_window() -> None:
    """The first village opens at 10:00, so the team leaves at 09:50 and waits nowhere."""
    route = day_of("ab", a=village("a", windows=(Window(start_minute=600, end_minute=720),)))
    assert (route.start_minute, times(route)[0], route.wait_minutes) == (590, (600, 600, 630), 0)


def test_departure_is_later_when_a_later_stop_must_wait_anyway() -> None:
    """b opens at 12:00: leaving a at 11:50 costs nothing, so the day starts at 11:10."""
    route = day_of("ab", b=village("b", windows=(Window(start_minute=720, end_minute=900),)))
    assert (route.start_minute, times(route)) == (670, [(680, 680, 710), (720, 720, 750)])


def test_departure_is_bound_by_the_window_of_an_earlier_stop() -> None:
    """a closes at 10:00, so the team cannot leave later than 09:20 and waits at b."""
    route = day_of(
        "ab",
        a=village("a", windows=(Window(start_minute=480, end_minute=600),)),
        b=village("b", windows=(Window(start_minute=720, end_minute=900),)),
    )
    assert times(route) == [(570, 570, 600), (610, 720, 750)]
    assert (route.start_minute, route.wait_minutes) == (560, 110)


def test_service_takes_the_next_window_that_holds_it() -> None:
    """25 minutes are left of the morning, the service takes 30: it waits for the afternoon."""
    early = Window(start_minute=480, end_minute=545)
    late = Window(start_minute=840, end_minute=960)
    route = day_of("ba", a=village("a", windows=(late, early)), b=village("b", weekly(windows=(early,))))
    assert times(route) == [(515, 515, 545), (555, 840, 870)]


def test_late_visit_is_made_at_once() -> None:
    """When every window is over the team does not wait; the checker will say how late it is."""
    route = day_of("ba", a=village("a", windows=(Window(start_minute=480, end_minute=520),)))
    assert times(route)[1] == (540, 540, 570)


def test_a_joint_session_is_held_between_the_minutes_agreed() -> None:
    """The partner comes to b at 10:30, so this team starts there then and not earlier."""
    problem = tiny_problem()
    route = timetable(problem, problem.teams[0], MONDAY, visits("ab"), between={Task("b", "weekly"): (630, 645)})
    assert times(route)[1][1] == 630
    assert route.wait_minutes == 0


def test_two_tasks_at_one_site_need_no_leg() -> None:
    """The second service follows the first at once, whatever the matrix says on its diagonal."""
    rules = (weekly(), weekly(id="monthly", per="month"))
    problem = tiny_problem(sites=(village("a", *rules),))
    route = timetable(problem, problem.teams[0], MONDAY, [Task("a", "weekly"), Task("a", "monthly")])
    assert [(s.leg_minutes, s.leg_metres) for s in route.stops] == [(10, 10_000), (0, 0)]


def test_speed_of_the_team_shortens_legs() -> None:
    """30 minutes to c at speed 1.5 are 20."""
    assert day_of("c", team(speed_factor=1.5)).stops[0].leg_minutes == 20


def test_leg_without_road_names_both_places() -> None:
    """No timetable can be written over a leg that does not exist."""
    road = straight_road(*"abcd")
    minutes, metres = road.minutes.copy(), road.metres.copy()
    minutes[1, 2] = metres[1, 2] = -1
    problem = tiny_problem(travel=(replace(road, minutes=minutes, metres=metres),))
    with pytest.raises(ModelError, match='no road from "a" to "b"'):
        timetable(problem, problem.teams[0], MONDAY, visits("ab"))


@pytest.mark.parametrize(
    ("start", "end", "needed"),
    [(480, 840, True), (749, 781, True), (750, 1000, False), (480, 780, False), (480, 830, True)],
    ids=["all day", "just", "ate before leaving", "eats at home", "home at ten to two"],
)
def test_lunch_is_needed_when_the_team_cannot_eat_at_its_base(start: int, end: int, needed: bool) -> None:
    """The break may start 11:30 to 13:00 and lasts an hour: home by 13:00, or gone from 12:30, needs none."""
    assert needs_lunch(team(lunch=NOON), start, end) is needed


def test_lunch_is_never_needed_without_a_break() -> None:
    """A team that has no break in the table is asked for none."""
    assert not needs_lunch(team(), 0, 1440)


def long(name: str, minutes: int, **changes: object) -> object:
    """Return a village whose service takes the minutes given."""
    return village(name, weekly(service=ServiceTime(setup_minutes=minutes), **changes))


def test_lunch_is_eaten_between_two_services() -> None:
    """The second service would end at 13:20; the break before it starts at the earliest, 11:30."""
    route = day_of("abc", team(lunch=NOON), a=long("a", 190), b=long("b", 90), c=long("c", 60))
    assert route.lunch == Lunch(start_minute=690, end_minute=750)
    assert times(route) == [(490, 490, 680), (690, 750, 840), (850, 850, 910)]
    assert route.end_minute == 910 + 30
    assert route.wait_minutes == 0


def test_lunch_fills_waiting_time() -> None:
    """The wait for the afternoon window at b is long enough for the break: the day ends no later."""
    afternoon = village("b", weekly(windows=(Window(start_minute=840, end_minute=960),)))
    morning = village("a", weekly(windows=(Window(start_minute=480, end_minute=620),)))
    with_break = day_of("ab", team(lunch=NOON), a=morning, b=afternoon)
    without = day_of("ab", a=morning, b=afternoon)
    assert with_break.end_minute == without.end_minute == 890
    assert with_break.lunch is not None
    assert with_break.lunch.start_minute == 690


def test_lunch_on_a_leg_longer_than_its_span() -> None:
    """Left at 11:20, arrived after the latest break: the team stops on the road at 11:30."""
    road = straight_road("a", "b")
    minutes = road.minutes * 12  # two hours a leg
    crew = team(lunch=NOON, shift=Window(start_minute=480, end_minute=1320))
    problem = tiny_problem(teams=(crew,), sites=(long("a", 80), village("b")), travel=(replace(road, minutes=minutes),))
    route = timetable(problem, crew, MONDAY, visits("ab"))
    assert route.lunch == Lunch(start_minute=690, end_minute=750)
    assert times(route)[1][0] == 680 + 120 + 60


def test_lunch_is_not_taken_on_a_short_day() -> None:
    """Home at 09:40: no break, though the team has one."""
    assert day_of("ab", team(lunch=NOON)).lunch is None


def best_by_hand(crew: Team, route: Route, windows: dict[str, Window], services: dict[str, int]) -> int:
    """Return the earliest end over every departure, start of break and place of it, by trying all of them."""
    ends = []
    lunch = crew.lunch
    assert lunch is not None
    for gap, s in product(range(len(route.stops) + 1), range(lunch.earliest_minute, lunch.latest_minute + 1, 5)):
        now, ok = crew.shift.start_minute, True
        for k, stop in enumerate(route.stops):
            arrive = now + stop.leg_minutes
            if k == gap:
                ok &= now <= s
                arrive = arrive + lunch.minutes if s <= arrive else s + lunch.minutes
            window = windows[stop.site_id]
            start = max(arrive, window.start_minute)
            ok &= start + services[stop.site_id] <= window.end_minute
            now = start + services[stop.site_id]
        if gap == len(route.stops):
            ok &= now <= s <= now + route.return_minutes
            now += lunch.minutes
        if ok:
            ends.append(now + route.return_minutes)
    return min(ends)


@pytest.mark.parametrize("names", ["".join(p) for p in permutations("abc")])
def test_lunch_gives_the_earliest_end_of_all_ways_to_take_it(names: str) -> None:
    """Trying every gap and every start of the break (in steps of 5) finds nothing earlier."""
    windows = {"a": Window(start_minute=480, end_minute=1200), "b": Window(start_minute=600, end_minute=1200)}
    windows["c"] = Window(start_minute=700, end_minute=1300)
    services = {"a": 100, "b": 75, "c": 120}
    crew = team(lunch=NOON, shift=Window(start_minute=480, end_minute=1320))
    sites = {name: long(name, services[name], windows=(windows[name],)) for name in "abc"}
    route = day_of(names, crew, **sites)
    assert route.lunch is not None
    assert route.end_minute == best_by_hand(crew, route, windows, services)


@pytest.mark.parametrize("names", ["ab", "abc", "cab", "dcba"])
def test_totals_fill_the_day(names: str) -> None:
    """Driving, service, waiting and lunch are all there is between leaving and coming home."""
    crew = team(lunch=NOON)
    route = day_of(names, crew, a=long("a", 120), b=long("b", 150), c=long("c", 45))
    lunch = route.lunch.end_minute - route.lunch.start_minute if route.lunch else 0
    duty = route.end_minute - route.start_minute
    assert duty == route.drive_minutes + route.service_minutes + route.wait_minutes + lunch
    assert route.wait_minutes >= 0


def test_circuits_gather_a_team_and_a_week() -> None:
    """Two teams, two weeks: four circuits, by week and then by team, days in order."""
    crews = (team("one"), team("two"))
    problem = tiny_problem(teams=crews)
    routes = [timetable(problem, crew, day(0), visits("a")) for crew in crews]
    shifted = [replace(r, day=r.day + timedelta(days=7 + k)) for r in routes for k in (1, 0)]
    circuits = circuits_from_routes([*shifted, *routes])
    found = [(c.week, c.team_id, [r.day for r in c.routes]) for c in circuits]
    first, second = [day(0)], [day(7), day(8)]
    assert found == [
        (day(0), "one", first),
        (day(0), "two", first),
        (day(7), "one", second),
        (day(7), "two", second),
    ]


def test_minutes_are_plain_numbers() -> None:
    """Plans are written as JSON, which knows no numpy integers."""
    stop = day_of("a").stops[0]
    assert not any(isinstance(value, np.generic) for value in (stop.leg_minutes, stop.leg_metres, stop.start_minute))
