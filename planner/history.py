"""What came of visits that were planned before: held, or missed and why; and the rules as they stand after that."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, get_args

from planner.language import text
from planner.model import Site, Task
from planner.rules import VisitRule
from planner.values import require, require_whole

Why = Literal["weather", "road", "vehicle", "staff", "site_closed", "nobody_came", "emergency", "other"]
WHYS: tuple[Why, ...] = get_args(Why)
MOST_PEOPLE = 100_000
REMEMBERED = timedelta(days=200)  # longer than any usual period; of what is older only the last visit held counts


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVisit:
    """A visit that was planned for a day, by whomever. ``is_held`` is None while nobody has told what came of it."""

    site_id: str
    rule_id: str
    day: date
    is_held: bool | None = None
    why: Why | None = None  # of a missed one
    people: int | None = None
    referrals: int | None = None  # some of the people

    @property
    def task(self) -> Task:
        """The (site, rule) that it was for."""
        return Task(self.site_id, self.rule_id)

    def __post_init__(self) -> None:
        require(self.why is None or self.is_held is False, text("Only a missed visit has a reason."))
        for name in ("people", "referrals"):
            if getattr(self, name) is not None:
                require_whole(getattr(self, name), name=name, subject=text("visit"), low=0, high=MOST_PEOPLE)
        is_seen = self.is_held or not (self.people or self.referrals)
        require(is_seen, text("Nobody is seen at a visit that was not held."))
        require(self.people is None or (self.referrals or 0) <= self.people, text("More referrals than people."))


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Brief:
    """All that a plan depends on: when a rule's visits were held at a site, and when they were missed; in order."""

    site_id: str
    rule_id: str
    held: tuple[date, ...] = ()
    missed: tuple[date, ...] = ()

    @property
    def task(self) -> Task:
        """The (site, rule) it is about."""
        return Task(self.site_id, self.rule_id)


def visit_id(*, day: str, team_id: str, site_id: str, rule_id: str) -> str:
    """Return the id of a visit: made of what it is, so that an address names no place and no household."""
    said = json.dumps([day, team_id, site_id, rule_id], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def brief(past: Iterable[PastVisit]) -> tuple[Brief, ...]:
    """Return what a plan depends on, by site and rule. On a day of which both is told the visit was held.

    Days older than ``REMEMBERED`` before the newest one are left out, but for the last visit held.
    """
    told: dict[Task, dict[date, bool]] = defaultdict(dict)
    for visit in past:
        if visit.is_held is not None:
            told[visit.task][visit.day] = told[visit.task].get(visit.day, False) or visit.is_held
    newest = max((day for days in told.values() for day in days), default=date.max)
    oldest = newest - min(REMEMBERED, newest - date.min)
    return tuple(_brief(task, days, oldest) for task, days in sorted(told.items()))


def _brief(task: Task, days: Mapping[date, bool], oldest: date) -> Brief:
    held = sorted(day for day, is_held in days.items() if is_held)
    return Brief(
        site_id=task.site_id,
        rule_id=task.rule_id,
        held=tuple(day for day in held if day >= oldest or day == held[-1]),
        missed=tuple(sorted(day for day, is_held in days.items() if not is_held and day >= oldest)),
    )


def merged(*parts: Iterable[Brief]) -> tuple[Brief, ...]:
    """Return several histories as one."""
    return brief(
        PastVisit(site_id=one.site_id, rule_id=one.rule_id, day=day, is_held=is_held)
        for part in parts
        for one in part
        for days, is_held in ((one.held, True), (one.missed, False))
        for day in days
    )


def with_history(sites: Iterable[Site], past: Iterable[Brief], start: date) -> tuple[Site, ...]:
    """Return the sites, their rules knowing what was held and missed before the first day of a plan.

    ``last_visited`` becomes the last visit held, unless it is later already. What is told of a site or a rule that is
    not there any more is left out.
    """
    known = {one.task: one for one in past}
    return tuple(
        replace(site, rules=tuple(_informed(rule, known.get(Task(site.id, rule.id)), start) for rule in site.rules))
        if any(Task(site.id, rule.id) in known for rule in site.rules)
        else site
        for site in sites
    )


def _informed(rule: VisitRule, past: Brief | None, start: date) -> VisitRule:
    if past is None:
        return rule
    held = tuple(day for day in past.held if day < start)
    missed = tuple(day for day in past.missed if day < start)
    last = max((day for day in (rule.last_visited, *held[-1:]) if day is not None), default=None)
    return replace(rule, last_visited=last, held=held, missed=missed)


def as_document(past: Iterable[Brief]) -> list[list[object]]:
    """Return a history as plain data for JSON."""
    return [[one.site_id, one.rule_id, _written(one.held), _written(one.missed)] for one in past]


def from_document(document: Iterable[Iterable[object]]) -> tuple[Brief, ...]:
    """Return the history that ``as_document`` wrote."""
    return tuple(
        Brief(site_id=str(site), rule_id=str(rule), held=_days(held), missed=_days(missed))
        for site, rule, held, missed in document
    )


def _written(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in days]


def _days(written: object) -> tuple[date, ...]:
    return tuple(date.fromisoformat(str(day)) for day in written) if isinstance(written, Iterable) else ()
