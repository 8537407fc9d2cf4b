"""The recurrence of one task as CP-SAT constraints over "a visit is made on this day"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from planner.model import Problem
from planner.solver.dates import FIXED_WEIGHT
from planner.solver.frame import Frame
from planner.values import week_of

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

Made = Mapping[date, Any]  # day -> 0/1 expression
Costs = list[tuple[Any, float]]


def add_date_rules(model: cp_model.CpModel, problem: Problem, frame: Frame, made: Made, costs: Costs) -> None:
    """Add every rule of the task that only speaks of days; missing visits are priced, not forbidden."""
    missing = _add_quotas(model, frame, made)
    price = problem.weights.per_unserved_visit * frame.rule.priority
    costs.extend((variable, price) for variable in missing)
    _add_fixed(model, frame, made)
    costs.extend((made[day], (1 - FIXED_WEIGHT) * price) for day in frame.fixed if day in made)
    _add_min_gap(model, frame, made)
    _add_max_gap(model, frame, made, missing)
    _add_weekday_sets(model, frame, made)
    _add_same_weekday(model, frame, made)


def _add_quotas(model: cp_model.CpModel, frame: Frame, made: Made) -> list[Any]:
    missing = []
    for quota in frame.quotas:
        inside = [made[day] for day in made if quota.first_day <= day <= quota.last_day]
        short = model.new_int_var(0, quota.visits, "")
        model.add(sum(inside) + short == quota.visits)
        missing.append(short)
    return missing


def _add_fixed(model: cp_model.CpModel, frame: Frame, made: Made) -> None:
    """Let the other visits leave room for those fixed beforehand."""
    for quota in frame.quotas:
        fixed = sum(day in quota for day in frame.fixed)
        if fixed:
            free = [made[day] for day in made if day in quota and day not in frame.fixed]
            model.add(sum(free) <= quota.visits - fixed)


def _add_min_gap(model: cp_model.CpModel, frame: Frame, made: Made) -> None:
    gap = frame.rule.min_gap_days
    if gap < 2:
        return
    for day in made:
        near = [made[other] for other in made if 0 <= (other - day).days < gap]
        if len(near) > 1:
            model.add(sum(near) <= 1)


def _add_max_gap(model: cp_model.CpModel, frame: Frame, made: Made, missing: Sequence[Any]) -> None:
    """Let no visit follow the one before too late, unless one that was owed in between is missing."""
    gap = frame.rule.max_gap_days
    if gap is None:
        return
    later = _later(model, made)
    starts: list[tuple[date, Any]] = list(made.items())
    if frame.gap_from is not None:
        starts.insert(0, (frame.gap_from, 1))
    for day, visited in starts:
        latest = day + timedelta(days=gap)
        beyond = next((later[other] for other in made if other > latest), None)
        if beyond is None:
            continue
        after = [made[other] for other in made if day < other <= latest]
        owed = [m for q, m in zip(frame.quotas, missing, strict=True) if q.first_day <= latest and q.last_day > day]
        model.add(sum(after) + sum(owed) >= visited + beyond - 1)


def _later(model: cp_model.CpModel, made: Made) -> dict[date, Any]:
    """Return for each day whether a visit is made on it or after it."""
    later: dict[date, Any] = {}
    after: Any = 0
    for day in reversed(list(made)):
        later[day] = model.new_bool_var("")
        model.add(later[day] >= made[day])
        model.add(later[day] >= after)
        after = later[day]
    return later


def _add_weekday_sets(model: cp_model.CpModel, frame: Frame, made: Made) -> None:
    """Let each week keep to one of the allowed combinations of weekdays."""
    if not frame.rule.weekday_sets:
        return
    for week in sorted({week_of(day) for day in made}):
        kept = [model.new_bool_var("") for _ in frame.rule.weekday_sets]
        model.add_exactly_one(kept)
        for day in made:
            if week_of(day) == week:
                allowed = [k for k, days in zip(kept, frame.rule.weekday_sets, strict=True) if day.weekday() in days]
                model.add(made[day] <= sum(allowed))


def _add_same_weekday(model: cp_model.CpModel, frame: Frame, made: Made) -> None:
    """Keep the weekday(s) of the first week in all weeks."""
    if not frame.rule.same_weekday:
        return
    kept = {weekday: model.new_bool_var("") for weekday in sorted({day.weekday() for day in made})}
    model.add(sum(kept.values()) <= frame.weekdays_kept)
    for day in made:
        model.add(made[day] <= kept[day.weekday()])
