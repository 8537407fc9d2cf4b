"""Whether the days of a task's visits keep its rule; days that are missing are no fault here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from planner.follow_ups import unled
from planner.solver.frame import Frame
from planner.values import week_of

FIXED_WEIGHT = 10  # owed visits for which one that was fixed beforehand stands in the search: others make room for it


def keeps_dates(frame: Frame, days: Iterable[date]) -> bool:
    """Return whether the visit days are asked for, far enough apart, and on weekdays that go together.

    They must do so together with the days of visits fixed beforehand, which may be still to be placed.
    """
    ordered = sorted({*days, *frame.fixed})
    gap = frame.rule.min_gap_days
    return (
        all(day in frame.teams_by_day for day in ordered)
        and all(sum(day in quota for day in ordered) <= quota.visits for quota in frame.quotas)
        and all((after - before).days >= gap for before, after in pairwise(ordered))
        and len({day.weekday() for day in ordered}) <= frame.weekdays_kept
        and _keeps_weekday_sets(frame, ordered)
        and _keeps_max_gap(frame, ordered)
        and (frame.rule.follows is None or not unled(frame.rule.follows, frame.leading, ordered))
    )


def missing_visits(frame: Frame, days: Iterable[date]) -> tuple[int, ...]:
    """Return for each quota how many of its visits the days leave out."""
    made = set(days)
    return tuple(quota.visits - sum(day in quota for day in made) for quota in frame.quotas)


def owed_weight(frame: Frame, days: Iterable[date]) -> int:
    """Return how many visits the days leave out, a fixed one counted as many."""
    made = set(days)
    return sum(missing_visits(frame, made)) + (FIXED_WEIGHT - 1) * sum(day not in made for day in frame.fixed)


def extra_weekdays(frame: Frame, days: Iterable[date]) -> int:
    """Return on how many weekdays the visits fall beyond the fewest that suffice."""
    return max(0, len({day.weekday() for day in days}) - frame.fewest_weekdays)


def _keeps_weekday_sets(frame: Frame, days: list[date]) -> bool:
    sets = frame.rule.weekday_sets
    if not sets:
        return True
    weeks: dict[date, set[int]] = {}
    for day in days:
        weeks.setdefault(week_of(day), set()).add(day.weekday())
    return all(any(weekdays <= allowed for allowed in sets) for weekdays in weeks.values())


def _keeps_max_gap(frame: Frame, days: list[date]) -> bool:
    """Return whether the next visit comes in time, or one that was owed in between is missing."""
    gap = frame.rule.max_gap_days
    if gap is None:
        return True
    missing = missing_visits(frame, days)
    for before, after in pairwise([frame.gap_from, *days] if frame.gap_from else days):
        latest = before + timedelta(days=gap)
        if after > latest and not _is_owed(frame, missing, before, latest):
            return False
    return True


def _is_owed(frame: Frame, missing: tuple[int, ...], after: date, until: date) -> bool:
    return any(
        short > 0 and quota.first_day <= until and quota.last_day > after
        for quota, short in zip(frame.quotas, missing, strict=True)
    )
