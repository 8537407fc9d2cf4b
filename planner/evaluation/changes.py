"""What differs between two plans, visit by visit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from planner.language import Text, text
from planner.model import Task
from planner.plan import Plan
from planner.values import clock

ChangeKind = Literal["added", "removed", "moved day", "moved team", "moved time"]


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Appointment:
    """When a team serves a task."""

    day: date
    team_id: str
    start_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One visit that is not the same in two plans. A move to another day may change the team and time as well."""

    kind: ChangeKind
    task: Task
    before: Appointment | None
    after: Appointment | None

    @property
    def sentence(self) -> Text:
        """The change in words, with the ids of site, rule and team."""
        return text(
            "{site} ({rule}), {kind}: {before} -> {after}",
            site=self.task.site_id,
            rule=self.task.rule_id,
            kind=_KINDS[self.kind],
            before=_said(self.before),
            after=_said(self.after),
        )


_KINDS: dict[ChangeKind, Text] = {
    "added": text("added"),
    "removed": text("removed"),
    "moved day": text("other day"),
    "moved team": text("other team"),
    "moved time": text("other time"),
}


def _said(appointment: Appointment | None) -> str:
    if appointment is None:
        return "–"
    return f"{appointment.day} {clock(appointment.start_minute)} {appointment.team_id}"


def diff_plans(a: Plan, b: Plan) -> tuple[Change, ...]:
    """Return what changes from plan ``a`` to plan ``b``, sorted by task and day; equal plans give nothing.

    Visits of a task are matched by day and team first, then by day, then by team and at last in order of time.
    """
    before, after = _appointments(a), _appointments(b)
    return tuple(
        change
        for task in sorted({*before, *after})
        for change in _changes(task, before.get(task, []), after.get(task, []))
    )


def _appointments(plan: Plan) -> dict[Task, list[Appointment]]:
    found: dict[Task, list[Appointment]] = defaultdict(list)
    for route, stop in plan.visits():
        found[stop.task].append(Appointment(day=route.day, team_id=route.team_id, start_minute=stop.start_minute))
    return {task: sorted(appointments) for task, appointments in found.items()}


def _changes(task: Task, before: list[Appointment], after: list[Appointment]) -> list[Change]:
    left, right, changes = list(before), list(after), []
    for key in _MATCHES:
        for old, new in _matched(left, right, key):
            left.remove(old)
            right.remove(new)
            if old != new:
                changes.append(Change(kind=_kind(old, new), task=task, before=old, after=new))
    changes += [Change(kind="removed", task=task, before=old, after=None) for old in left]
    changes += [Change(kind="added", task=task, before=None, after=new) for new in right]
    return sorted(changes, key=lambda c: (c.before or c.after, c.kind))


_MATCHES: tuple[Callable[[Appointment], object], ...] = (
    lambda a: (a.day, a.team_id),
    lambda a: a.day,
    lambda a: a.team_id,
    lambda _: None,
)


def _matched(
    left: list[Appointment], right: list[Appointment], key: Callable[[Appointment], object]
) -> list[tuple[Appointment, Appointment]]:
    """Return pairs with the same key, each appointment in one pair at most, in order of time."""
    waiting: dict[object, list[Appointment]] = defaultdict(list)
    for new in right:
        waiting[key(new)].append(new)
    return [(old, waiting[key(old)].pop(0)) for old in left if waiting[key(old)]]


def _kind(old: Appointment, new: Appointment) -> ChangeKind:
    if old.day != new.day:
        return "moved day"
    return "moved team" if old.team_id != new.team_id else "moved time"
