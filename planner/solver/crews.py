"""Joint sessions as numbers: which teams could hold one together, and as how many tasks the search sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

import numpy as np

from planner.joint import Crew, Session
from planner.lone import session_on
from planner.model import SYNC_MINUTES, Problem, Task
from planner.solver.frame import Frame
from planner.solver.instance import Ints, Records
from planner.solver.state import State, visits_of

MOST_CREWS = 200  # of one session; beyond, those whose bases are far from it are left out
LEAST_CREWS = 4  # of those that can meet on a day, whatever other days take


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The tasks as the search numbers them: a session is as many as its largest crew has teams, one after another."""

    tasks: tuple[Task, ...]
    part: Ints  # (N,) which part of its session each is
    others: Ints  # (N,) how many further parts the session has, in its first part
    crews: Mapping[Task, tuple[Crew, ...]]

    def write(self, rows: Records) -> None:
        """Write into the records of tasks what makes them parts of sessions; prices stay with the first part."""
        rows["part"], rows["others"], rows["together"] = self.part, self.others, SYNC_MINUTES
        first = 0
        for row, task in zip(rows, self.tasks, strict=True):
            if row["part"]:
                row["one_team"] = row["weekdays"] = 0
                row["team_price"] = row["weekday_price"] = 0.0
            elif row["others"]:
                row["crew_first"], row["crews"] = first, len(self.crews[task])
                first += len(self.crews[task])

    def crews_by_day(self, frames: Mapping[Task, Frame], teams: Sequence[str], dates: Sequence[date]) -> Ints:
        """Return for each crew on which days it may come, and its teams."""
        most, rows = int(self.others.max(initial=0)) + 1, list[list[int]]()
        for task, others in zip(self.tasks, self.others.tolist(), strict=True):
            able = {day: frozenset(frames[task].own_by_day.get(day, ())) for day in dates}
            came = {day: _named(frames[task], self.crews[task], day) for day in dates}
            for crew in self.crews[task] if others else ():
                numbers = [teams.index(team) for team in crew]
                days = [int(came[day] <= {*crew} <= able[day]) for day in dates]
                rows.append([*days, *numbers, *[-1] * (most - len(numbers))])
        return np.array(rows, np.int64).reshape(len(rows), len(dates) + most)

    def answer_rows(self, state: State) -> dict[tuple[Task, date, str], int]:
        """Return the number of the task that each team's visit of a state is: its part in the order of the teams."""
        first_of = {task: row for row, (task, part) in enumerate(zip(self.tasks, self.part, strict=True)) if part == 0}
        return {
            (task, day, team): first_of[task] + part
            for task, days in visits_of(state).items()
            for day, teams in days.items()
            for part, team in enumerate(teams)
        }


def _named(frame: Frame, crews: Sequence[Crew], day: date) -> frozenset[str]:
    """Return the teams fixed for the session that day, where some crew with them can come."""
    able, named = set(frame.own_by_day.get(day, ())), frame.crew_by_day.get(day, frozenset())
    return named if any(named <= {*crew} <= able for crew in crews) else frozenset()


def number_parts(problem: Problem, frames: Mapping[Task, Frame], tasks: Sequence[Task]) -> Parts:
    """Return the tasks with all their parts."""
    crews = {task: crews_of(problem, frames[task]) for task in tasks}
    sizes = [max(map(len, crews[task]), default=1) for task in tasks]
    return Parts(
        tasks=tuple(task for task, size in zip(tasks, sizes, strict=True) for _ in range(size)),
        part=np.array([part for size in sizes for part in range(size)], np.int64),
        others=np.array([size - 1 if part == 0 else 0 for size in sizes for part in range(size)], np.int64),
        crews=crews,
    )


def crews_of(problem: Problem, frame: Frame) -> tuple[Crew, ...]:
    """Return the sets of own teams that can hold a joint session, none idle; none for other tasks.

    Where there are too many, all days take turns with the nearest that can meet then.
    """
    if not frame.rule.composition:
        return ()
    found: dict[Crew, None] = {}
    for turn, some in enumerate(zip_longest(*_by_day(problem, frame), fillvalue=None)):
        if turn >= LEAST_CREWS and len(found) >= MOST_CREWS:
            break
        found.update(dict.fromkeys(crew for crew in some if crew is not None))
    return tuple(sorted(found))


def _by_day(problem: Problem, frame: Frame) -> list[Iterator[Crew]]:
    """Return the crews of every day, the nearest first; days with the same teams and roads are alike.

    Where one crew must make all visits those that can come every day are looked for as well.
    """
    days = {day: frozenset(teams) for day, teams in frame.own_by_day.items()}
    wanted = [(day, teams, frame.crew_by_day.get(day, frozenset())) for day, teams in days.items()]
    if frame.rule.same_team:
        always = frozenset[str]().union(*frame.crew_by_day.values())
        wanted.insert(0, (min(days), frozenset.intersection(*days.values()), always))
    alike: dict[tuple[object, ...], Iterator[Crew]] = {}
    for day, teams, named in wanted:
        able = [problem.team_by_id[team] for team in sorted(teams)]
        key = named, tuple((team.id, id(problem.matrix(team, day))) for team in able)
        if key not in alike:
            alike[key] = _crews_with(session_on(problem, frame.task, day, able), named)
    return list(alike.values())


def _crews_with(session: Session, named: frozenset[str]) -> Iterator[Crew]:
    """Yield the crews with the teams fixed beforehand; any, where these cannot be kept."""
    is_kept = False
    for crew in session.crews(named):
        is_kept = True
        yield crew
    if not is_kept and named:
        yield from session.crews()
