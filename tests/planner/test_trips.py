"""Several trips in a day: where a team loads again, what that takes, and which way to part a day is the best.

On the straight road every leg is 10 minutes and 10 km, every visit 30 minutes.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random

import pytest

from planner.codec import dump_plan, load_plan
from planner.model import Problem, Task, Team
from planner.plan import Stop, Supply
from planner.timing import timetable
from planner.trips import best_timetable, least_capacity, supplies_of, trip_loads
from planner.values import LunchBreak, Window
from tests.builders import MONDAY, team, tiny_problem, village, weekly
from tests.planner.good_plan import with_supply


def county(crew: Team, **loads: int) -> Problem:
    """Return the straight road with a load at each village named."""
    return tiny_problem(teams=(crew,), sites=tuple(village(name, weekly(load=load)) for name, load in loads.items()))


def visits(names: str) -> list[Task]:
    """Return the weekly task of each village named."""
    return [Task(name, "weekly") for name in names]


def test_loading_is_a_halt_with_roads_and_minutes_of_its_own() -> None:
    """08:00 to a 08:10-08:40, base 08:50, 20 minutes of loading, b 09:30-10:00, home 10:20; 20 + 40 km."""
    crew = team(capacity_per_day=50, trips_per_day=2, resupply_minutes=20)
    route = timetable(county(crew, a=40, b=40), crew, MONDAY, visits("ab"), supplies=(1,))
    first, supply, second = route.halts
    assert (first, second) == route.stops
    assert route.trips == ((first,), (second,))
    assert supply == Supply(
        base_id="base", after_stops=1, arrive_minute=530, start_minute=530, leave_minute=550,
        leg_minutes=10, leg_metres=10_000,
    )  # fmt: skip
    assert (second.arrive_minute, second.leg_minutes, second.leg_metres) == (570, 20, 20_000)
    assert (route.start_minute, route.end_minute, route.metres) == (480, 620, 60_000)
    assert (route.drive_minutes, route.service_minutes, route.wait_minutes) == (60, 60, 0)


def test_lunch_is_eaten_before_loading_where_that_is_best() -> None:
    """Out 08:10 to 12:30 and back at 11:30: the break is at the base, loading begins at 12:00."""
    noon = LunchBreak(earliest_minute=690, latest_minute=700, minutes=30)
    shift = Window(start_minute=640, end_minute=1020)
    crew = team(capacity_per_day=50, trips_per_day=2, resupply_minutes=20, lunch=noon, shift=shift)
    route = timetable(county(crew, a=40, b=40), crew, MONDAY, visits("ab"), supplies=(1,))
    (supply,) = route.supplies
    assert route.lunch is not None
    assert (supply.arrive_minute, route.lunch.start_minute, supply.start_minute) == (690, 690, 720)


def test_day_is_parted_where_the_way_back_is_shortest() -> None:
    """Loads of 30 at d, b and a with 60 on a trip: back from b costs 20 km more than going on, back from d 40."""
    crew = team(capacity_per_day=60, trips_per_day=2)
    route = best_timetable(county(crew, a=30, b=30, d=30), crew, MONDAY, visits("dba"))
    assert [supply.after_stops for supply in route.supplies] == [2]
    assert route.metres == 40_000 + 20_000 + 20_000 + 10_000 + 10_000


def test_nothing_is_loaded_again_where_one_trip_carries_all() -> None:
    """60 doses fit; without a capacity anything fits; a team that goes out once never comes back in between."""
    for crew in (team(capacity_per_day=60, trips_per_day=3), team(trips_per_day=3), team(capacity_per_day=30)):
        assert supplies_of(county(crew, a=30, b=30), crew, MONDAY, visits("ab")) == ()


def worth(problem: Problem, tasks: list[Task], supplies: tuple[int, ...]) -> tuple[int, float]:
    """Return by how many minutes a parted day is late, and what it costs."""
    route = timetable(problem, problem.teams[0], MONDAY, tasks, supplies=supplies)
    late = max(0, route.end_minute - 1020)
    for stop in route.stops:
        late += min(
            max(0, w.start_minute - stop.start_minute) + max(0, stop.leave_minute - w.end_minute)
            for w in problem.windows(stop.task)
        )
    return late, route.metres / 1000 + 4 * (route.end_minute - route.start_minute) / 60


def test_best_parting_is_the_best_of_all() -> None:
    """On 100 random days of up to 7 visits no other parting that can be carried ends cheaper or keeps more windows."""
    parted = 0
    for seed in range(100):
        dice = Random(seed)
        crew = team(capacity_per_day=dice.choice((50, 80)), trips_per_day=dice.choice((2, 3, 4)), resupply_minutes=10)
        names = dice.sample(["a", "b", "c", "d", "a2", "b2", "c2"], dice.randint(2, 7))
        windows = (Window(start_minute=480, end_minute=690), Window(start_minute=780, end_minute=1020))
        sites = tuple(
            village(name, weekly(load=dice.choice((10, 30, 50))), windows=dice.choice(((), windows[:1], windows[1:])))
            for name in names
        )
        problem, tasks = tiny_problem(teams=(crew,), sites=sites), visits(names)  # type: ignore[arg-type]
        loads = [problem.rule_by_task[task].load for task in tasks]
        most = crew.capacity_per_day or 0
        ways = [way for n in range(crew.trips_per_day) for way in combinations(range(1, len(tasks)), n)]
        light = [w for w in ways if max(sum(loads[i:j]) for i, j in pairwise((0, *w, len(loads)))) <= most]
        assert bool(light) == (least_capacity(loads, crew.trips_per_day) <= most)
        if light:
            found = supplies_of(problem, crew, MONDAY, tasks)
            assert found in light
            assert worth(problem, tasks, found) == pytest.approx(min(worth(problem, tasks, way) for way in light))
            parted += bool(found)
    assert parted > 40


def test_least_capacity_is_that_of_the_fullest_trip() -> None:
    """5 | 3 3 | 4 needs 6 in three trips, 5 3 | 3 4 needs 8 in two, 15 in one; no visit needs nothing."""
    assert [least_capacity([5, 3, 3, 4], trips) for trips in (1, 2, 3, 4)] == [15, 8, 6, 5]
    assert least_capacity([], 2) == 0


def test_load_beyond_all_trips_is_parted_as_evenly_as_can_be() -> None:
    """Loads of 40 at a, b and c with 50 on each of two trips: one trip carries 80, the other 40."""
    crew = team(capacity_per_day=50, trips_per_day=2)
    problem = county(crew, a=40, b=40, c=40)
    route = best_timetable(problem, crew, MONDAY, visits("abc"))
    assert sorted(trip_loads(problem, route.trips)) == [40, 80]


def test_plan_with_loadings_goes_to_json_and_back() -> None:
    """Nothing of a loading is lost, and a plan written before there were any still reads."""
    plan = with_supply(2)
    assert load_plan(dump_plan(plan), file="plan.json") == plan
    assert [isinstance(halt, Stop) for halt in plan.circuits[0].routes[0].halts] == [True, True, False, True]
