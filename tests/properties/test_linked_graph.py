"""Calendar graphs of leaders and their followers: their paths are all that the rules allow, each with what it owes."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations

from planner.model import Problem, Task
from planner.rules import FollowUp, VisitRule
from planner.solver.dates import keeps_dates, owed_weight
from planner.solver.frame import Frame
from planner.solver.led import led_frame
from planner.solver.linked import linked_groups, with_followers_alone
from planner.solver.search import Search
from tests.builders import MONDAY, day, plain_calendar, team, tiny_problem, village, weekly
from tests.properties.test_recurrence_properties import every_legal_set

PROBLEMS = int(os.environ.get("XUNZHEN_MANY", "300"))

Made = tuple[tuple[date, ...], ...]  # the days of each member
Owed = tuple[int, ...]  # visits owed of each member


def random_problem(seed: int) -> Problem:
    """Return a leader at a, its follower at b, and at c another follower of the one or the other, if any."""
    dice = random.Random(f"linked {seed}")
    leader = VisitRule(
        id="lead",
        visits=dice.choice((1, 1, 2, 3)),
        per=dice.choice(("horizon", "horizon", "week")),
        min_gap_days=dice.choice((1, 1, 2)),
        same_weekday=dice.random() < 0.1,
        last_visited=dice.choice((None, None, day(-dice.randint(1, 5)))),
    )
    sites = [village("a", leader), village("b", _follower(dice, "f", "a", "lead"))]
    if dice.random() < 0.5:
        sites.append(village("c", _follower(dice, "g", *dice.choice((("a", "lead"), ("b", "f"))))))
    weekdays = frozenset(dice.sample(range(6), dice.randint(3, 5)))
    calendar = plain_calendar(dice.choice((4, 5, 6, 9)))
    return tiny_problem(sites=tuple(sites), calendar=calendar, teams=(team(weekdays=weekdays),))


def _follower(dice: random.Random, name: str, site_id: str, rule_id: str) -> VisitRule:
    low = dice.randint(1, 3)
    follow = FollowUp(site_id=site_id, rule_id=rule_id, min_days=low, max_days=low + dice.randint(0, 2))
    return weekly(
        id=name,
        per="horizon",
        visits=dice.choice((1, 2, 3, 3)),
        min_gap_days=dice.choice((1, 1, 2, 3)),
        last_visited=dice.choice((None, None, MONDAY - timedelta(days=dice.randint(1, 3)))),
        follows=follow,
    )


def every_way(problem: Problem, frames: Mapping[Task, Frame], members: tuple[Task, ...]) -> dict[Made, Owed]:
    """Return all combinations of days that keep the rules of leader and followers, and what is owed of each."""
    horizon, found = problem.horizon, dict[Made, Owed]()

    def go_on(made: Made, owed: Owed) -> None:
        if len(made) == len(members):
            found[made] = owed
            return
        task = members[len(made)]
        frame = led_frame(problem, frames[task], dict(zip(members, made, strict=False)))
        days = sorted(frame.own_by_day)
        if frame.rule.follows is None:
            sets = every_legal_set(frame.rule, horizon, days)
        else:
            sets = [s for size in range(len(days) + 1) for s in combinations(days, size) if keeps_dates(frame, s)]
        for chosen in sets:
            go_on((*made, chosen), (*owed, owed_weight(frame, chosen)))

    go_on((), ())
    return found


def test_paths_are_what_the_rules_allow() -> None:
    """Of 300 random leaders with one or two followers, or a follower of a follower: the same days, the same owed."""
    compared = 0
    for seed in range(PROBLEMS):
        problem = random_problem(seed)
        frames = Search(problem, 1, lambda: 1e9).frames
        for group in linked_groups(problem, with_followers_alone(problem, frames), lambda _: True):
            for leader, found in group.linked.items():
                members = (leader, *found.followers)
                expected = every_way(problem, frames, members)
                ways: dict[Made, Owed] = {}
                for path in paths(found.graph.parents, found.graph.is_end):
                    made, owed = [[] for _ in members], [0] * len(members)
                    for node in path:
                        member, on = found.graph.members[node], found.graph.days[node]
                        owed[member] += found.graph.owed[node]
                        made[member] += [] if on is None else [on]
                    key = tuple(tuple(days) for days in made)
                    assert ways.setdefault(key, tuple(owed)) == tuple(owed), seed
                assert set(ways) == set(expected), seed
                assert ways == expected, seed
                compared += len(ways) > 3
    assert compared > PROBLEMS / 2


def paths(parents: tuple[tuple[int, ...], ...], is_end: tuple[bool, ...]) -> Iterator[tuple[int, ...]]:
    """Yield every path from a root to an end."""
    waiting = [(node,) for node, ends in enumerate(is_end) if ends]
    while waiting:
        path = waiting.pop()
        if not parents[path[0]]:
            yield path
        waiting += [(parent, *path) for parent in parents[path[0]]]
