"""The domain refuses bad values and can be sent to another process."""

import pickle
from dataclasses import replace

import pytest

from planner.errors import ModelError
from planner.model import Task
from planner.rules import ServiceTime
from planner.values import Window
from tests.builders import MONDAY, team, tiny_problem, village, weekly


def test_problem_sorts_things_by_id() -> None:
    """The order of rows in a table never reaches the solver."""
    forward = tiny_problem()
    backward = tiny_problem(sites=tuple(reversed(forward.sites)))
    assert [s.id for s in backward.sites] == ["a", "b", "c", "d"]
    assert backward.tasks == forward.tasks


def test_leg_is_scaled_by_the_speed_of_the_team() -> None:
    """Base to b is 20 minutes; at speed 1.5 it is 13.3, counted as 14."""
    fast = team(speed_factor=1.5)
    problem = tiny_problem(teams=(fast,))
    assert problem.leg(fast, MONDAY, "base", "b") == (14, 20_000)


def test_problem_survives_pickling() -> None:
    """The solver child receives the same problem."""
    copy = pickle.loads(pickle.dumps(tiny_problem()))
    assert copy.rule_by_task[Task("a", "weekly")] == weekly()


def test_service_time_adds_people_and_tail() -> None:
    """15 minutes set-up + 50 people at 60 an hour + 30 minutes observation = 95 minutes."""
    assert ServiceTime(setup_minutes=15, people=50, people_per_hour=60, tail_minutes=30).minutes == 95


def test_unknown_lodging_of_team_is_refused() -> None:
    """A team may sleep in the bases and villages of the input; any other place is named, and so is the team."""
    assert tiny_problem(teams=(team(nights_away=1, lodgings=frozenset({"base", "d"})),)).teams[0].may_sleep_out
    with pytest.raises(ModelError, match='team "one": there is no base or village "moon" to sleep in'):
        tiny_problem(teams=(team(lodgings=frozenset({"d", "moon"})),))


def test_unknown_base_of_team_is_refused() -> None:
    """References are checked once, when the problem is built."""
    with pytest.raises(ModelError, match='team "one": there is no base "moon"'):
        tiny_problem(teams=(team(base="moon"),))


@pytest.mark.parametrize(
    ("start", "end"),
    [(600, 600), (600, 540), (-1, 60), (0, 1441)],
    ids=["empty", "backward", "negative", "past midnight"],
)
def test_window_out_of_order_is_refused(start: int, end: int) -> None:
    """A window starts before it ends, within a day."""
    with pytest.raises(ModelError, match="must start before it ends"):
        Window(start_minute=start, end_minute=end)


def test_min_gap_above_max_gap_is_refused() -> None:
    """Nobody can keep both."""
    with pytest.raises(ModelError, match="min_gap_days 5 is larger than max_gap_days 3"):
        weekly(min_gap_days=5, max_gap_days=3)


def test_site_off_the_earth_is_refused() -> None:
    """Latitude 181 is a typing error, most often swapped columns."""
    with pytest.raises(ModelError, match="may be swapped"):
        replace(village("a"), lat=181.0)
