"""What follow-ups ask when the visits they follow have their days: how many visits, and when.

``linked`` tells which of them are searched with their leaders. The others are placed last, leaders first, where the
routes leave room. ``planner.follow_ups`` says what is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from planner.follow_ups import due, is_led, leading_days
from planner.model import Problem, Task
from planner.solver.frame import Frame


def in_order_of_leading(problem: Problem, tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Return the follow-ups among the tasks, each after its leader, the more important first."""
    leaders = problem.leader_by_task

    def depth(task: Task) -> int:
        return 1 + depth(leaders[task]) if task in leaders else 0

    followers = (task for task in tasks if task in leaders)
    return tuple(sorted(followers, key=lambda t: (depth(t), -problem.rule_by_task[t].priority, t)))


def led_frame(problem: Problem, frame: Frame, made: Mapping[Task, Iterable[date]]) -> Frame:
    """Return the frame of a follow-up as the visits made ask for it: how many are due, and on which days.

    Other frames are returned as they are. ``made`` is looked at for the leader only.
    """
    follow = frame.rule.follows
    if follow is None:
        return frame
    leader = problem.leader_by_task[frame.task]
    leading = leading_days(frame.rule, problem.rule_by_task[leader], made.get(leader, ()))
    asked = [min(q.visits, due(follow, leading, q.first_day, q.last_day)) for q in frame.quotas]
    return replace(
        frame,
        quotas=tuple(replace(q, visits=visits) for q, visits in zip(frame.quotas, asked, strict=True)),
        teams_by_day={day: teams for day, teams in frame.teams_by_day.items() if is_led(follow, leading, day)},
        own_by_day={day: teams for day, teams in frame.own_by_day.items() if is_led(follow, leading, day)},
        fixed=tuple(day for day in frame.fixed if is_led(follow, leading, day))[: sum(asked)],
        leading=leading,
    )
