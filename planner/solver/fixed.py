"""Visits fixed beforehand: their days and teams in the frames, so that every part of the search keeps them.

On a fixed day only the fixed team comes, lent or not (to a joint session: with others); the other visits leave room for
all fixed days. A fixed visit that cannot be made with those fixed before it is no promise here: ``planner.pins`` has
told of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from planner.model import Pin, Problem, Task
from planner.solver.dates import keeps_dates
from planner.solver.frame import Frame


def keep_pins(problem: Problem, frames: Mapping[Task, Frame]) -> dict[Task, Frame]:
    """Return the frames with the fixed visits in them."""
    pins: dict[Task, list[Pin]] = {}
    for pin in problem.pins:
        pins.setdefault(pin.task, []).append(pin)
    return {task: _with_fixed(frame, pins.get(task, ())) for task, frame in frames.items()}


def _with_fixed(frame: Frame, pins: Iterable[Pin]) -> Frame:
    teams: dict[date, set[str]] = {}
    for pin in pins:
        teams.setdefault(pin.day, set()).update([] if pin.team_id is None else [pin.team_id])
    for day, named in sorted(teams.items()):
        can_come = frame.teams_by_day.get(day, ())
        is_possible = set(named) <= set(can_come) and (len(named) <= 1 or bool(frame.rule.composition))
        if is_possible and keeps_dates(frame, [*frame.fixed, day]):
            frame = replace(frame, fixed=(*frame.fixed, day))
            if named and not frame.rule.composition:
                came = {day: tuple(sorted(named))}
                frame = replace(
                    frame,
                    teams_by_day={**frame.teams_by_day, **came},
                    own_by_day=dict(sorted({**frame.own_by_day, **came}.items())),
                )
            elif named or day not in frame.own_by_day:  # lent ones, too, where only they can come
                came = {day: tuple(sorted({*frame.own_by_day.get(day, can_come), *named}))}
                frame = replace(
                    frame,
                    own_by_day=dict(sorted({**frame.own_by_day, **came}.items())),
                    crew_by_day={**frame.crew_by_day, day: frozenset(named)},
                )
    return frame
