"""Joint sessions as numbers: which teams could hold one together, and as how many tasks the search sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np

from planner.model import SYNC_MINUTES, Problem, Task
from planner.solver.frame import Frame, without_idle
from planner.solver.instance import Ints, Records
from planner.solver.state import State, visits_of

MOST_CREWS = 200  # of one session; beyond, those whose bases are far from it are left out

Crew = tuple[str, ...]  # ids of teams that hold a session together, sorted; none could stay at home


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
            for crew in self.crews[task] if others else ():
                numbers = [teams.index(team) for team in crew]
                days = [int(_may_come(frames[task], crew, self.crews[task], day)) for day in dates]
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
    """Return the sets of own teams that hold every class of a joint session, none idle; none for other tasks."""
    if not frame.rule.composition:
        return ()
    skills = {team: problem.team_by_id[team].skills for team in sorted(frame.own_teams)}
    able = [[team for team in skills if one in skills[team]] for one in sorted(frame.rule.composition)]
    found = dict.fromkeys(tuple(sorted(set(picked))) for picked in product(*able))
    crews = [crew for crew in found if len(without_idle(problem, frame.rule, crew)) == len(crew)]
    if len(crews) > MOST_CREWS:
        day = next(iter(frame.own_by_day))
        crews.sort(key=lambda crew: (_way(problem, frame.task, crew, day), crew))
    return tuple(sorted(crews[:MOST_CREWS]))


def _way(problem: Problem, task: Task, crew: Crew, day: date) -> int:
    teams = [problem.team_by_id[team] for team in crew]
    legs = [(problem.matrix(team, day), team.base) for team in teams]
    return sum(int(matrix.metres[matrix.index[base], matrix.index[task.site_id]]) for matrix, base in legs)


def _may_come(frame: Frame, crew: Crew, crews: Sequence[Crew], day: date) -> bool:
    """Return whether all teams of the crew can come that day, those fixed beforehand among them where that can be."""
    able, named = set(frame.own_by_day.get(day, ())), frame.crew_by_day.get(day, frozenset())
    is_kept = any(named <= set(other) <= able for other in crews)
    return set(crew) <= able and (not is_kept or named <= set(crew))
