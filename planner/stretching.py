"""How much longer a shift or a window, or how much shorter a road, must be for a visit: exact to the minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from planner.errors import ModelError
from planner.model import Team
from planner.placing import Board, Insertion
from planner.plan import Relaxation
from planner.relaxations import change_rule, change_site, change_team, relax
from planner.values import DAY_MINUTES, Window

MOST_MINUTES = 8 * 60  # no shift or window is stretched by more than a working day


def stretched_shifts(board: Board, team: Team, day: date) -> Iterator[Relaxation]:
    """Yield the shift with the fewest more minutes in which the team can make the visit that day, if any.

    Minutes at the end are taken rather than as many at the start. Of a joint session all teams may be needed, so
    there the end of the shift is tried minute by minute.
    """
    if board.problem.rule_by_task[board.task].composition:
        yield from _meeting_shift(board, team, day)
        return
    best: tuple[int, Window] | None = None
    for earlier in _earlier_minutes(board, team, day):
        if best is not None and earlier >= best[0]:
            break
        early = replace(team, shift=Window(
            start_minute=team.shift.start_minute - earlier, end_minute=team.shift.end_minute
        ))  # fmt: skip
        for later in _minutes_late(board.insertions(early, day)):
            end = early.shift.end_minute + later
            more = earlier + later
            if end <= DAY_MINUTES and more <= MOST_MINUTES and (best is None or more < best[0]):
                best = more, Window(start_minute=early.shift.start_minute, end_minute=end)
    if best is not None and best[0]:
        yield change_team("lengthen_shift", team, "shift", best[1])


def _earlier_minutes(board: Board, team: Team, day: date) -> range:
    """Return how much earlier a shift may begin: on a day with other visits not at all, for these would move."""
    most = min(team.shift.start_minute, MOST_MINUTES)
    first = replace(team, shift=Window(start_minute=team.shift.start_minute - most, end_minute=DAY_MINUTES))
    is_worth_it = not board.days.get((team.id, day)) and board.fit(first, day) is not None
    return range(most + 1 if is_worth_it else 1)


def _minutes_late(found: Iterator[Insertion]) -> Iterator[int]:
    """Yield how late the team is where nothing else is in the way."""
    for one in found:
        if one.excess.parts <= 1 and (one.excess.late_minutes or not one.excess.parts):
            yield one.excess.late_minutes


def _meeting_shift(board: Board, team: Team, day: date) -> Iterator[Relaxation]:
    """Yield the shift with the fewest minutes more, at its end or at its start, with which the teams can meet."""
    start, end = team.shift.start_minute, team.shift.end_minute
    ends = (Window(start_minute=start, end_minute=end + k) for k in range(1, min(MOST_MINUTES, DAY_MINUTES - end) + 1))
    starts = (Window(start_minute=start - k, end_minute=end) for k in range(1, min(MOST_MINUTES, start) + 1))
    for shifts in (list(ends), list(starts)):
        changes = [change_team("lengthen_shift", team, "shift", shift) for shift in shifts]
        first = _first_that_fits(board, changes, day)
        if first is not None:
            yield first


def _first_that_fits(board: Board, changes: list[Relaxation], day: date) -> Relaxation | None:
    """Return the first change with which the visit fits, found by halving: a longer shift never fits less."""
    low, high = 0, len(changes) - 1
    if not changes or not _fits(board, changes[high], day):
        return None
    while low < high:
        middle = (low + high) // 2
        if _fits(board, changes[middle], day):
            high = middle
        else:
            low = middle + 1
    return changes[high]


def _fits(board: Board, change: Relaxation, day: date) -> bool:
    try:
        relaxed = board.relaxed(relax(board.problem, change))
    except ModelError:
        return False
    return relaxed.fits_on(day)


def stretched_windows(board: Board, team: Team, day: date) -> Iterator[Relaxation]:
    """Yield the windows of which one has the fewest more minutes, so that the team can make the visit that day."""
    problem, task = board.problem, board.task
    windows, service = problem.windows(task), problem.rule_by_task[task].service.minutes
    if not board.fits_without_hours(team, day):
        return
    ways = []
    for k, window in enumerate(windows):
        for start in range(DAY_MINUTES - service + 1):
            low, high = min(window.start_minute, start), max(window.end_minute, start + service)
            more = (high - low) - (window.end_minute - window.start_minute)
            if 0 < more <= MOST_MINUTES and low < high:
                ways.append((more, k, start, Window(start_minute=low, end_minute=high)))
    tried: set[int] = set()
    for _, k, start, wider in sorted(ways, key=lambda way: way[:3]):
        if start in tried:  # the minute was tried with another window already, and failed
            continue
        tried.add(start)
        if board.starts_at(team, day, start):
            yield _windows_changed(board, (*windows[:k], wider, *windows[k + 1 :]))
            return


def _windows_changed(board: Board, windows: tuple[Window, ...]) -> Relaxation:
    site, rule = board.problem.site_by_id[board.task.site_id], board.problem.rule_by_task[board.task]
    if rule.windows:
        return change_rule("lengthen_window", site, rule, "windows", windows)
    return change_site("lengthen_window", site, "windows", windows)


def shortest_road(board: Board, team: Team, day: date) -> Iterator[Relaxation]:
    """Yield the road to the village with the most minutes that still let a team with nothing else make the visit."""
    problem, site_id = board.problem, board.task.site_id
    legs = [
        leg
        for base in (team.base, team.last_base)
        for leg in (problem.leg(team, day, base, site_id), problem.leg(team, day, site_id, base))
    ]
    longest = None if None in legs else max(leg[0] for leg in legs if leg is not None)
    if board.days.get((team.id, day)) or longest == 0:
        return
    most = min(longest or MOST_MINUTES, MOST_MINUTES)
    changes = [
        Relaxation(
            kind="set_road",
            team_id=team.id,
            site_id=site_id,
            day=day,
            field="minutes",
            old=longest,
            new=minutes,
        )
        for minutes in range(most, -1, -1)
    ]
    first = _first_that_fits(board, changes, day)
    if first is not None:
        yield first
