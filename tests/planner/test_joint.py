"""Crews of joint sessions: every set that can hold one, the nearest first, and only as many as asked for."""

from __future__ import annotations

import random
from itertools import combinations, count, islice

import pytest

from planner.joint import Crew, Session, can_be_needed, first_opening
from planner.lone import best_chance, session_on
from planner.model import SYNC_MINUTES, Problem
from planner.values import LunchBreak, Window
from tests.builders import day, team, tiny_problem, village, weekly

CLASSES = frozenset("ABCD")


def random_session(seed: int) -> tuple[Session, dict[str, frozenset[str]], dict[str, list[range]]]:
    """Return a session of up to eight teams, the classes they hold, and the minutes at which each may start."""
    dice = random.Random(seed)
    held = {f"t{k}": frozenset(dice.sample("ABCDX", dice.randint(1, 3))) for k in range(dice.randint(3, 8))}
    starts: dict[str, list[range]] = {}
    for name in held:
        first, second = sorted((dice.randrange(100), dice.randrange(100)))
        starts[name] = [range(first, first + dice.randrange(20)), range(second, second + dice.randrange(20))]

    def start_of(name: str, floor: int) -> int | None:
        return min((k for some in starts[name] for k in some if k >= floor), default=None)

    classes = frozenset(dice.sample("ABCD", dice.randint(2, 4)))
    return Session(classes, held, {name: dice.randrange(5, 9) for name in held}, start_of), held, starts


def brute_force(session: Session, held: dict[str, frozenset[str]], starts: dict[str, list[range]]) -> set[Crew]:
    """Return every set of teams that holds the classes, of which none could stay at home, and that can meet."""

    def covers(names: tuple[str, ...]) -> bool:
        return session.classes <= frozenset().union(*(held[name] for name in names))

    def meets(names: tuple[str, ...]) -> bool:
        return any(
            all(any(set(some) & set(range(k, k + SYNC_MINUTES + 1)) for some in starts[name]) for name in names)
            for k in range(130)
        )

    sets = [names for size in range(1, 5) for names in combinations(sorted(held), size)]
    least = [n for n in sets if covers(n) and not any(covers(tuple(set(n) - {one})) for one in n)]
    return {names for names in least if meets(names)}


@pytest.mark.parametrize("seed", range(150))
def test_crews_are_those_of_brute_force_nearest_first(seed: int) -> None:
    """Of small sessions every crew comes, each once, none other, in the order of the minutes it is out."""
    session, held, starts = random_session(seed)
    crews, expected = list(session.crews()), brute_force(session, held, starts)
    assert len(crews) == len(set(crews))
    assert set(crews) == expected
    ways = [sum(session.minutes[name] for name in crew) for crew in crews]
    assert ways == sorted(ways)
    assert (session.opening() is None) == (not expected)
    for named in [(name,) for name in held] + list(combinations(sorted(held), 2)):
        assert set(session.crews(named)) == {crew for crew in expected if set(named) <= set(crew)}


@pytest.mark.parametrize("seed", range(100))
def test_needed_teams_are_those_of_some_crew(seed: int) -> None:
    """A set of teams can be needed together when some crew, whatever the hours, holds all of them."""
    session, held, _ = random_session(seed)
    anytime = Session(session.classes, held, session.minutes, lambda _, floor: floor)
    crews = list(anytime.crews())
    for named in [name for size in (1, 2, 3) for name in combinations(sorted(held), size)]:
        assert can_be_needed(session.classes, held, named) == any(set(named) <= set(crew) for crew in crews), named


def crowd(number: int, shifts: list[tuple[int, int]], *skills: str) -> Problem:
    """Return one village that asks for A, B, C and D together, and many teams with these skills and shifts in turn."""
    teams = tuple(
        team(
            f"t{k:02}",
            skills=frozenset(skills[k % len(skills)]),
            shift=Window(start_minute=shifts[k % len(shifts)][0], end_minute=shifts[k % len(shifts)][1]),
        )
        for k in range(number)
    )
    return tiny_problem(sites=(village("a", weekly(composition=CLASSES)),), teams=teams)


def found(problem: Problem, most: int) -> list[Crew]:
    """Return the first crews of Monday, found without looking at a team's hours more than 100,000 times."""
    session = session_on(problem, problem.tasks[0], day(0), problem.teams)
    start_of, looks = session.start_of, count()

    def counted(name: str, floor: int) -> int | None:
        assert next(looks) < 100_000
        return start_of(name, floor)

    session.start_of = counted
    return list(islice(session.crews(), most))


def test_everybody_holds_everything_and_comes_alone() -> None:
    """Sixty crews of one, not the 60 to the 4th choices of a holder for each class."""
    assert sorted(found(crowd(60, [(480, 1020)], "ABCD"), 1000)) == [(f"t{k:02}",) for k in range(60)]


def test_nearest_of_millions_are_found_at_once_and_everybody_is_among_them() -> None:
    """Of 40 to the 4th crews the first 200: each class is brought by several teams in turn."""
    crews = found(crowd(160, [(480, 1020)], "A", "B", "C", "D"), 200)
    assert len(set(crews)) == 200
    assert len({name for crew in crews for name in crew}) >= 16


def test_hours_that_never_meet_are_known_at_once() -> None:
    """Every class has its own three hours, 15 teams each: no crew is tried, and the reason is a class and an hour."""
    problem = crowd(60, [(360, 540), (600, 780), (840, 1020), (1050, 1230)], "A", "B", "C", "D")
    assert found(problem, 1) == []
    assert best_chance(problem, problem.tasks[0], day(0), problem.teams).obstacle == "composition_missing"


def test_teams_that_meet_are_found_behind_many_that_do_not() -> None:
    """Forty near teams of A in the morning and of B, C and D in the afternoon; one far team of A all day."""
    problem = crowd(160, [(480, 640), *[(780, 1020)] * 3], "A", "B", "C", "D")
    far = team("far", skills=frozenset("A"), speed_factor=0.1)
    crews = found(tiny_problem(sites=problem.sites, teams=(*problem.teams, far)), 10)
    assert len(crews) == 10
    assert all("far" in crew for crew in crews)


def test_lunch_after_the_visit_lets_a_team_start_sooner() -> None:
    """At a from 11:30; lunch first and lunch on the way home end the day at 13:40 either way.

    By itself the team would eat first and start at 12:30; the other must be gone from a by 12:25.
    """
    noon = LunchBreak(earliest_minute=690, latest_minute=740, minutes=60)
    one = team("one", skills=frozenset("AB"), shift=Window(start_minute=680, end_minute=1020), lunch=noon)
    other = team("two", skills=frozenset("CD"), shift=Window(start_minute=480, end_minute=755))
    problem = tiny_problem(sites=(village("a", weekly(composition=CLASSES)),), teams=(one, other))
    assert found(problem, 10) == [("one", "two")]
    assert best_chance(problem, problem.tasks[0], day(0), problem.teams).obstacle == ""


def test_opening_leaves_a_quarter_of_an_hour() -> None:
    """Who can start at 16 and not before meets who must start at 1; a minute later nobody does."""

    def start_of(name: str, floor: int) -> int | None:
        first, last = {"early": (0, 1), "16": (16, 99), "17": (17, 99)}[name]
        return max(floor, first) if floor <= last else None

    assert first_opening([["early"], ["16"]], start_of) == 1
    assert first_opening([["early"], ["17"]], start_of) is None
    assert first_opening([["early"], ["17", "16"]], start_of) == 1
