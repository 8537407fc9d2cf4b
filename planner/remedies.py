"""Which single changes of the input could serve an owed visit, the smallest first.

A visit on a day by a team is kept apart from being possible by a number of blocks: the skill it lacks, the vehicle,
the ownership, the day off, the closed village, the minutes past the shift. Where just one block stands, taking it
away is a candidate, and its amount is worked out with ``timing.timetable``: not rounded, not guessed. To these come
the changes of the rule itself (gaps, weekdays, visits). What a candidate is worth is shown by ``planner.relief``.

Without a plan the teams are taken to have nothing else to do; with one, their days stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from planner.calendar import is_site_open, is_team_working, visit_days
from planner.errors import ModelError
from planner.model import Horizon, Problem, Task, Team, owner_teams
from planner.openings import without
from planner.placing import Board, Insertion, open_days
from planner.plan import Plan, Relaxation, RelaxationKind
from planner.recurrence import room, rule_days
from planner.relaxations import amount_of, change_rule, change_site, change_team, open_road, relax, size
from planner.rules import VisitRule
from planner.stretching import shortest_road, stretched_shifts, stretched_windows
from planner.values import DateRange

GROWING = frozenset({"lengthen_shift", "raise_capacity", "raise_max_stops"})  # a larger amount opens no fewer days
TIMED = frozenset(
    {"change_vehicle", "raise_max_stops"}
)  # changes that a day's fit depends on; the others only allow it
Blocks = list[tuple[Relaxation, ...]]  # of each block the changes that would take it away
Opened = Mapping[Relaxation, set[date]]


def candidates(problem: Problem, plan: Plan | None, task: Task, due: DateRange) -> tuple[Relaxation, ...]:
    """Return the changes that could serve a visit of the task due in the stretch, the smallest first.

    Parameters
    ----------
    plan
        The plan whose other visits stay; None: the teams have nothing else to do.
    """
    board = Board(problem, plan, task)
    rule, opened = problem.rule_by_task[task], _opened(board, due)
    found = set(opened) if rule.composition or rule.same_team else _helping(board, due, opened)
    found.update(_of_rule(board, due), _of_crew(board, due), _less_asked(problem, task), _new_teams(problem, task))
    return tuple(sorted(found, key=size))


def owed_in(rule: VisitRule, horizon: Horizon, days: Iterable[date], due: DateRange) -> tuple[int, int]:
    """Return how many visits of the stretch, and in all, find no day among these."""
    short = room(rule, horizon, days)
    mine = (s.missing for s in short if (s.quota.first_day, s.quota.last_day) == (due.first_day, due.last_day))
    return sum(mine), sum(s.missing for s in short)


def _helping(board: Board, due: DateRange, opened: Opened) -> set[Relaxation]:
    """Return the changes with whose days fewer visits of the stretch are owed."""
    rule, horizon, today = board.problem.rule_by_task[board.task], board.problem.horizon, open_days(board)
    owed, found = owed_in(rule, horizon, today, due), set()
    for change in opened:
        wider = read_rule(board.problem, board.task, change)
        days = today.union(*(opened[other] for other in opened if _holds(change, other)))
        after = owed_in(wider, horizon, days, due)
        if after[0] < owed[0] and after[1] < owed[1]:
            found.add(change)
    return found


def read_rule(problem: Problem, task: Task, change: Relaxation) -> VisitRule:
    """Return the rule of the task once the change is made."""
    return relax(problem, change).rule_by_task[task] if change.rule_id else problem.rule_by_task[task]


def _holds(larger: Relaxation, smaller: Relaxation) -> bool:
    """Return whether one change opens all the days that the other does: the same field of the same row, no less."""
    if larger == smaller:
        return True
    row = (larger.kind, larger.team_id, larger.site_id, larger.rule_id)
    is_same = row == (smaller.kind, smaller.team_id, smaller.site_id, smaller.rule_id)
    return is_same and larger.kind in GROWING and amount_of(larger) >= amount_of(smaller)


def _opened(board: Board, due: DateRange) -> Opened:
    """Return the changes that take away the only block between a team, a day and the visit, with their days."""
    found: dict[Relaxation, set[date]] = defaultdict(set)
    known: dict[tuple[str, int], tuple[Relaxation, ...]] = {}  # days without other visits and with the same roads
    for team in board.problem.teams:
        lasting = _team_blocks(board.problem, board.task, team)
        for day in _days_in(board.problem, due) if len(lasting) <= 1 else ():
            blocks = lasting + _day_blocks(board.problem, board.task, team, day)
            if len(blocks) == 1:
                opening = tuple(change for change in blocks[0] if _opens(board, change, team, day))
            elif blocks:
                continue
            elif (team.id, day) in board.days:
                opening = tuple(_of_day(board, team, day))
            else:
                roads = team.id, id(board.problem.matrix(team, day))
                opening = known[roads] = known.get(roads) or tuple(_of_day(board, team, day))
            for change in opening:
                found[change].add(day)
    for change, day in _open_roads(board, due):
        found[change].add(day)
    return found


def _open_roads(board: Board, due: DateRange) -> Iterator[tuple[Relaxation, date]]:
    """Yield the closed roads with which, open on one day, somebody can come that day who cannot come today."""
    problem, task = board.problem, board.task
    teams = visit_days(problem, task)
    allowed = [day for day in rule_days(problem.rule_by_task[task], problem.horizon) if day in due and day in teams]
    for closures, day in ((opening.closures, day) for opening in problem.openings for day in allowed):
        if len(closures) > 1 or day not in closures[0].days or next(board.fits(day, teams[day]), None):
            continue
        change = open_road(closures[0], day)
        opened = board.relaxed(relax(problem, change))
        if next(opened.fits(day, teams[day]), None):
            yield change, day


def _days_in(problem: Problem, due: DateRange) -> list[date]:
    return [day for day in problem.horizon.dates if day in due]


def _team_blocks(problem: Problem, task: Task, team: Team) -> Blocks:
    """Return what keeps the team from coming on any day."""
    site, rule = problem.site_by_id[task.site_id], problem.rule_by_task[task]
    owners = owner_teams(problem, task)
    blocks: Blocks = []
    if not rule.skills <= team.skills:
        blocks.append((change_team("add_skill", team, "skills", team.skills | rule.skills),))
    if rule.composition and not rule.composition & team.skills:
        blocks.append(tuple(change_team("add_skill", team, "skills", team.skills | {c}) for c in rule.composition))
    if site.access_classes and team.access_class not in site.access_classes:
        other = [change_team("change_vehicle", team, "access_class", name) for name in sorted(site.access_classes)]
        wider = site.access_classes | {team.access_class}
        blocks.append((*other, change_site("allow_vehicle", site, "access_classes", wider)))
    if owners and team.id not in owners and not team.may_be_lent:
        blocks.append((change_team("lend_team", team, "may_be_lent", True),))
    if team.max_stops_per_day == 0:
        blocks.append((change_team("raise_max_stops", team, "max_stops_per_day", 1),))
    return blocks


def _day_blocks(problem: Problem, task: Task, team: Team, day: date) -> Blocks:
    """Return what keeps the team, the village or the rule from the day."""
    site, rule, calendar = problem.site_by_id[task.site_id], problem.rule_by_task[task], problem.calendar
    blocks: Blocks = []
    if not is_team_working(calendar, team, day):
        blocks.append(tuple(_work(team, calendar.kinds[day], day)))
    if any(day in closure for closure in site.closed):
        opened = tuple(part for closure in site.closed for part in without(closure, day))
        blocks.append((change_site("open_site", site, "closed", opened, day),))
    if not is_site_open(calendar, replace(site, closed=()), day):
        blocks.append((change_site("allow_holidays", site, "is_holiday_allowed", True, day),))
    if rule.weekdays and day.weekday() not in rule.weekdays:
        wider = rule.weekdays | {day.weekday()}
        blocks.append((change_rule("allow_weekday", site, rule, "weekdays", wider),))
    return blocks


def _work(team: Team, kind: str, day: date) -> Iterator[Relaxation]:
    """Yield the change with which the team works that day; none when two would be needed."""
    is_off = day in team.days_off
    works = team.works_holidays if kind == "holiday" else day.weekday() in team.weekdays
    if is_off and works:
        yield change_team("cancel_day_off", team, "days_off", team.days_off - {day}, day)
    elif not is_off and kind == "holiday":
        yield change_team("work_holidays", team, "works_holidays", True, day)
    elif not is_off:
        yield change_team("add_weekday", team, "weekdays", team.weekdays | {day.weekday()})


def _opens(board: Board, change: Relaxation, team: Team, day: date) -> bool:
    """Return whether with the change the team can make the visit on the day; sessions are tried by ``relief``."""
    if board.problem.rule_by_task[board.task].composition:
        return True
    if change.kind not in TIMED:
        return board.fit(team, day) is not None
    try:
        relaxed = board.relaxed(relax(board.problem, change))
    except ModelError:  # no roads are known for that vehicle
        return False
    return relaxed.fit(relaxed.problem.team_by_id[team.id], day) is not None


def _of_day(board: Board, team: Team, day: date) -> Iterator[Relaxation]:
    """Yield the changes for a team that may come that day but has no room for the visit, or no road or time."""
    found = list(board.insertions(team, day))
    if any(not insertion.excess.parts for insertion in found):
        return
    single = [insertion for insertion in found if insertion.excess.parts == 1]
    yield from _least(single, lambda one: one.excess.kits, lambda extra: _raise(team, "capacity_per_day", extra))
    yield from _least(single, lambda one: one.excess.stops, lambda extra: _raise(team, "max_stops_per_day", extra))
    yield from stretched_shifts(board, team, day)
    yield from stretched_windows(board, team, day)
    yield from shortest_road(board, team, day)
    if any(one.excess.kits for one in single) and not board.days.get((team.id, day)):
        rule, site = board.problem.rule_by_task[board.task], board.problem.site_by_id[board.task.site_id]
        yield change_rule("lower_load", site, rule, "load", team.capacity_per_day)


def _least(
    found: Iterable[Insertion], extra_of: Callable[[Insertion], int], change: Callable[[int], Relaxation]
) -> Iterator[Relaxation]:
    extras = [extra_of(insertion) for insertion in found if extra_of(insertion)]
    if extras:
        yield change(min(extras))


def _raise(team: Team, field: str, extra: int) -> Relaxation:
    kind = {"capacity_per_day": "raise_capacity", "max_stops_per_day": "raise_max_stops"}[field]
    return change_team(kind, team, field, getattr(team, field) + extra)  # type: ignore[arg-type]


def _of_crew(board: Board, due: DateRange) -> Iterator[Relaxation]:
    """Yield what could let teams meet for a joint session: other hours, or a class held by one team more."""
    problem = board.problem
    rule = problem.rule_by_task[board.task]
    if not rule.composition:
        return
    for team in problem.teams:
        for missing in _lacking_classes(problem, rule, team):
            yield change_team("add_skill", team, "skills", team.skills | missing)
        for day in _days_in(problem, due) if not _team_blocks(problem, board.task, team) else ():
            if is_team_working(problem.calendar, team, day):
                yield from stretched_shifts(board, team, day)


def _lacking_classes(problem: Problem, rule: VisitRule, team: Team) -> Iterator[frozenset[str]]:
    """Yield the classes a team would have to take on: all that nobody holds, or any one that it does not hold."""
    held = frozenset[str]().union(*(other.skills for other in problem.teams))
    lacking = rule.composition - held
    ways = [lacking] if lacking else [frozenset({one}) for one in sorted(rule.composition - team.skills)]
    yield from (way for way in (*ways, rule.composition - team.skills) if way)


def _of_rule(board: Board, due: DateRange) -> Iterator[Relaxation]:
    """Yield of each field of the rule that spaces visits the smallest change with which fewer visits are owed."""
    problem, task = board.problem, board.task
    rule, horizon, today = problem.rule_by_task[task], problem.horizon, open_days(board)
    owed = owed_in(rule, horizon, today, due)
    for change_kind, field, values in _spacings(rule, horizon):
        for value in values:
            after = owed_in(replace(rule, **{field: value}), horizon, today, due)  # type: ignore[arg-type]
            if after[0] < owed[0] and after[1] < owed[1]:
                yield change_rule(change_kind, problem.site_by_id[task.site_id], rule, field, value)
                break
    if rule.same_team:
        yield change_rule("free_team", problem.site_by_id[task.site_id], rule, "same_team", False)


def _spacings(rule: VisitRule, horizon: Horizon) -> Iterator[tuple[RelaxationKind, str, Iterable[object]]]:
    """Yield the fields that space the visits, each with its looser values, the nearest first."""
    yield "lower_min_gap", "min_gap_days", range(rule.min_gap_days - 1, 0, -1)
    if rule.max_gap_days is not None:
        yield "raise_max_gap", "max_gap_days", range(rule.max_gap_days + 1, rule.max_gap_days + horizon.days + 1)
    if rule.same_weekday:
        yield "free_weekday", "same_weekday", (False,)
    if rule.weekday_sets:
        yield "free_weekday", "weekday_sets", ((),)


def _less_asked(problem: Problem, task: Task) -> Iterator[Relaxation]:
    """Yield the changes that ask less: they come last."""
    site, rule = problem.site_by_id[task.site_id], problem.rule_by_task[task]
    fewer = {rule.skills - {skill} for skill in rule.skills} | ({frozenset[str]()} if rule.skills else set())
    for skills in fewer:
        yield change_rule("drop_skill", site, rule, "skills", skills)
    for one in rule.composition if len(rule.composition) > 1 else ():
        yield change_rule("drop_class", site, rule, "composition", rule.composition - {one})
    if not rule.dates and not rule.nth_weekdays and not rule.weekday_sets:
        for visits in range(rule.visits - 1, 0, -1):
            yield change_rule("lower_visits", site, rule, "visits", visits)


def _new_teams(problem: Problem, task: Task) -> Iterator[Relaxation]:
    """Yield a team more, like one that may come; at a village that belongs to somebody it becomes an owner too."""
    owners = owner_teams(problem, task)
    for team in problem.teams:
        if not _team_blocks(problem, task, team) and (not owners or team.id in owners):
            number = next(k for k in range(2, 10**6) if f"{team.id}-{k}" not in problem.team_by_id)
            yield Relaxation(
                kind="add_team",
                team_id=f"{team.id}-{number}",
                site_id=task.site_id if owners else "",
                field="id",
                old=None,
                new=team.id,
            )
