"""Places for a visit: the checker has the last word, and each is the move that it says it is."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import pytest

from planner import recommending
from planner.errors import ModelError
from planner.evaluation import Evaluation, evaluate
from planner.model import Problem, Task
from planner.moving import Move, move_visit
from planner.plan import Plan, UnservedVisit
from planner.recommending import MOST_WEIGHED, SPARE, Recommended, Wish, recommend
from planner.rules import VisitRule
from planner.timing import circuits_from_routes
from planner.trips import best_timetable
from tests.builders import day, plain_calendar, straight_road, team, tiny_problem, village, weekly
from tests.planner.test_moving import A, B, C, D, plan_of, problem_of_two_teams

WEDNESDAY_OFF = frozenset({day(2)})


def places(found: Recommended) -> list[tuple[str, int, int | None]]:
    return [(s.move.to_team, (s.move.to_day - day(0)).days, s.move.position) for s in found.slots]


def test_best_place_is_the_day_that_passes_by() -> None:
    """d leaves Monday (a, d: 80 km). Tuesday drives to c anyway, 60 km: 20 more there, 60 less on Monday."""
    problem = problem_of_two_teams()
    plan = plan_of(problem, {("one", 0): [A, D], ("one", 1): [B, C]})
    found = recommend(problem, plan, Wish(site_id="d", rule_id="weekly", from_day=day(0), from_team="one"), most=3)
    best = found.slots[0]
    assert (best.move.to_team, best.move.to_day, best.metres) == ("one", day(1), -40_000)
    assert best.is_sound
    assert best.broken == ()
    costs = [slot.cost for slot in found.slots if slot.is_sound]
    assert costs == sorted(costs)


def test_every_slot_is_what_the_same_move_does() -> None:
    """Sent as a move, each gives the cost, the breaches, the kilometres and the start that were told."""
    problem = tiny_problem(teams=(team("one"), team("two", days_off=WEDNESDAY_OFF)))
    plan = plan_of(problem, {("one", 0): [A, D], ("one", 1): [B], ("two", 3): [C]})
    found = recommend(problem, plan, Wish(site_id="a", rule_id="weekly", from_day=day(0), from_team="one"), most=20)
    assert len(found.slots) >= 10
    for slot in found.slots:
        moved = move_visit(problem, plan, slot.move)
        assert moved.after.cost - moved.before.cost == pytest.approx(slot.cost)
        assert moved.broken == slot.broken
        driven = [sum(route.metres for route in each.routes()) for each in (plan, moved.plan)]
        assert driven[1] - driven[0] == slot.metres
        starts = [stop.start_minute for _, stop in moved.plan.visits() if stop.task == A]
        assert starts == [slot.start_minute]


def test_no_other_place_is_better() -> None:
    """All 7 days, 2 teams and every position, tried by moves one after the other: the best is the one recommended."""
    problem = tiny_problem(teams=(team("one"), team("two", days_off=WEDNESDAY_OFF)))
    plan = plan_of(problem, {("one", 0): [A, D], ("one", 1): [B], ("two", 3): [C]})
    wish = Wish(site_id="d", rule_id="weekly", from_day=day(0), from_team="one")
    tried = []
    for n, who, position in product(range(7), ("one", "two"), range(4)):
        move = Move(
            site_id="d", rule_id="weekly", from_day=day(0), from_team="one", to_day=day(n), to_team=who,
            position=position,
        )  # fmt: skip
        made = move_visit(problem, plan, move)
        if made.plan != plan:
            tried.append((len(made.after.hard) - len(made.before.hard), made.after.cost - made.before.cost))
    best = recommend(problem, plan, wish, most=1).slots[0]
    assert (len(best.broken), best.cost) == pytest.approx(min(tried))


def test_place_where_it_stands_is_not_recommended() -> None:
    """Another place in the same day is: b first costs 20 km less than b last, since c is farther."""
    problem = tiny_problem(teams=(team("one"),))
    plan = plan_of(problem, {("one", 0): [A, C, D, B]})
    found = recommend(problem, plan, Wish(site_id="b", rule_id="weekly", from_day=day(0), from_team="one"), most=20)
    assert ("one", 0, 3) not in places(found)
    assert [place for place in places(found) if place[1] == 0] == [("one", 0, 1)]


def test_sound_places_come_before_cheap_ones() -> None:
    """Team two passes by on Tuesday but may not come: its place is told after all sound ones, with the rule."""
    rule = weekly(skills=frozenset({"x"}))
    sites = (village("a", rule), village("b"), village("c"), village("d"))
    problem = tiny_problem(sites=sites, teams=(team("one", skills=frozenset({"x"})), team("two")))
    plan = plan_of(problem, {("one", 0): [A], ("two", 1): [B, C, D]})
    found = recommend(problem, plan, Wish(site_id="a", rule_id="weekly", from_day=day(0), from_team="one"), most=20)
    sound = [slot.is_sound for slot in found.slots]
    assert sound == sorted(sound, reverse=True)
    assert {slot.move.to_team for slot in found.slots if slot.is_sound} == {"one"}
    passing = next(slot for slot in found.slots if (slot.move.to_team, slot.move.to_day) == ("two", day(1)))
    assert [violation.rule for violation in passing.broken] == ["skill"]


def test_owed_visit_finds_a_place_in_the_days_it_is_owed_for() -> None:
    """Owed in the second week of two: no place of the first week is told, though a team passes by there."""
    problem = tiny_problem(
        calendar=plain_calendar(14), teams=(team("one"), team("two")),
        sites=tuple(village(name, weekly(visits=1, per="week")) for name in "abcd"),
    )  # fmt: skip
    owed = UnservedVisit(site_id="c", rule_id="weekly", first_day=day(7), last_day=day(13), reason="no_room")
    week = {("one", 0): [A, B, C, D], ("one", 8): [A, B, D]}
    plan = replace(plan_of(problem, week, owed), days=14)
    found = recommend(problem, plan, Wish(site_id="c", rule_id="weekly"), most=20)
    assert {slot.move.to_day for slot in found.slots} <= {day(n) for n in range(7, 14)}
    assert places(found)[0] == ("one", 8, 2)
    assert found.slots[0].broken == ()
    assert found.slots[0].metres == 0


def test_days_too_near_to_the_next_visit_come_last() -> None:
    """Twice in two weeks, 5 days apart, the other on day 8: Monday to Wednesday of the first week are sound."""
    twice = VisitRule(id="weekly", visits=2, per="horizon", min_gap_days=5, service=weekly().service)
    problem = tiny_problem(
        calendar=plain_calendar(14), sites=(village("a", twice), village("b")), travel=(straight_road("a", "b"),),
    )  # fmt: skip
    plan = replace(plan_of(problem, {("one", 0): [A], ("one", 8): [A], ("one", 4): [B]}), days=14)
    found = recommend(problem, plan, Wish(site_id="a", rule_id="weekly", from_day=day(0), from_team="one"), most=20)
    sound = {(slot.move.to_day - day(0)).days for slot in found.slots if slot.is_sound}
    assert sound == {1, 2, 3}
    assert {v.rule for slot in found.slots for v in slot.broken} >= {"min_gap", "working_day"}


@pytest.mark.parametrize(
    "changes", [{"site_id": "nowhere"}, {"from_team": "two"}, {"from_day": day(1)}, {"from_day": None}]
)
def test_wish_for_no_visit_is_refused(changes: dict[str, object]) -> None:
    """No such village, no such visit that day, nothing owed."""
    problem = problem_of_two_teams()
    plan = plan_of(problem, {("one", 0): [A, B, C, D]})
    wish = Wish(site_id="a", rule_id="weekly", from_day=day(0), from_team="one")
    with pytest.raises(ModelError, match=r"no such village|does not make this visit|is owed on that day"):
        recommend(problem, plan, replace(wish, **changes), most=3)  # type: ignore[arg-type]


def county_of_300_visits() -> tuple[Problem, Plan]:
    """Return 75 villages visited weekly for four weeks by 10 teams: 300 stops, one of them to be moved."""
    names = [f"{letter}{number:02}" for letter in "abc" for number in range(25)]
    rule = weekly(visits=1, per="week")
    sites = tuple(village(name, rule) for name in names)
    crews = tuple(team(f"t{number}") for number in range(10))
    problem = tiny_problem(calendar=plain_calendar(28), sites=sites, teams=crews, travel=(straight_road(*names),))
    routes = []
    for week in range(4):
        for start, group in enumerate(pairwise([*range(0, 75, 5), 75])):
            tasks = [Task(name, "weekly") for name in names[group[0] : group[1]]]
            crew, when = crews[start % 10], day(7 * week + start // 3)
            routes.append(best_timetable(problem, crew, when, tasks))
    plan = plan_of(problem, {})
    return problem, replace(plan, days=28, circuits=circuits_from_routes(routes))


def test_place_in_300_stops_is_found_with_few_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """280 days of teams, five places wanted: the whole plan is judged ten times, the village alone not once a day."""
    problem, plan = county_of_300_visits()
    assert sum(1 for _ in plan.visits()) == 300
    judged = list[int]()

    def counted(problem: Problem, plan: Plan) -> Evaluation:
        judged.append(sum(1 for _ in plan.visits()))
        return evaluate(problem, plan)

    monkeypatch.setattr(recommending, "evaluate", counted)
    wish = Wish(site_id="b03", rule_id="weekly", from_day=day(1), from_team="t5")
    found = recommend(problem, plan, wish, most=5)
    assert sum(visits == 300 for visits in judged) <= 1 + 5 + SPARE
    assert sum(visits < 300 for visits in judged) <= MOST_WEIGHED
    assert max(visits for visits in judged if visits < 300) <= 4 + 1  # the village's own, and the place looked at
    assert len(found.slots) == 5
    assert all(slot.is_sound for slot in found.slots)
