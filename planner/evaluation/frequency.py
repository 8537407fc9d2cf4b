"""Rules on how often and on which days of its own rule a site is visited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby, pairwise

from planner.evaluation.facts import Facts
from planner.evaluation.result import Violation
from planner.evaluation.words import WEEKDAYS, listing
from planner.language import Text, text
from planner.model import Task
from planner.recurrence import fixed_weekdays
from planner.rules import NthWeekday, VisitRule
from planner.values import week_of


def visit_count(facts: Facts) -> Iterator[Violation]:
    """Yield where visits made and visits listed as owed are not what a quota asks, and visits nobody asked for."""
    for task, asked in facts.quotas.items():
        for quota in asked:
            made, listed = facts.made(task, quota), facts.listed_in(task, quota)
            values = {
                "site": facts.called(task),
                "first": quota.first_day,
                "last": quota.last_day,
                "made": made,
                "listed": listed,
                "asked": quota.visits,
            }
            if made > quota.visits:
                sentence = text("{site}: {made} visits from {first} to {last}, but only {asked} asked.", **values)
                yield _of(task, "visit_count", made - quota.visits, "visits", sentence)
            elif made + listed < quota.visits:
                sentence = text(
                    "{site}: {asked} visits asked from {first} to {last}, but {made} made and {listed} listed as owed.",
                    **values,
                )
                yield _of(task, "visit_count", quota.visits - made - listed, "visits", sentence)
        yield from _unasked(facts, task)


def _unasked(facts: Facts, task: Task) -> Iterator[Violation]:
    rule = facts.problem.rule_by_task[task]
    if rule.dates or rule.nth_weekdays:
        return  # a visit on a day that is not named breaks the rule that names the days
    for day in facts.sessions[task]:
        if not any(day in quota for quota in facts.quotas[task]):
            sentence = text("{site}: visited on {day}, when no visit is asked.", site=facts.called(task), day=day)
            yield _of(task, "visit_count", 1, "visits", sentence)


def min_gap(facts: Facts) -> Iterator[Violation]:
    """Yield visits that follow the one before too soon."""
    for task, rule in facts.problem.rule_by_task.items():
        for before, after in pairwise(_known_days(facts, task)):
            gap = (after - before).days
            if gap < rule.min_gap_days:
                sentence = text(
                    "{site}: visits on {before} and {after} are {gap} days apart, but at least {limit} are asked.",
                    site=facts.called(task),
                    before=before,
                    after=after,
                    gap=gap,
                    limit=rule.min_gap_days,
                )
                yield _of(task, "min_gap", rule.min_gap_days - gap, "days", sentence)


def max_gap(facts: Facts) -> Iterator[Violation]:
    """Yield visits that follow the one before too late; soft where a visit listed as owed lies in between."""
    for task, rule in facts.problem.rule_by_task.items():
        yield from _after_a_miss(facts, task)
        for before, after in long_gaps(rule, _known_days(facts, task)):
            gap = (after - before).days
            sentence = text(
                "{site}: visits on {before} and {after} are {gap} days apart, but at most {limit} are allowed.",
                site=facts.called(task),
                before=before,
                after=after,
                gap=gap,
                limit=rule.max_gap_days,
            )
            is_hard = not _is_accounted(facts, task, before, after)
            yield _of(task, "max_gap", gap - (rule.max_gap_days or 0), "days", sentence, is_hard=is_hard)


def long_gaps(rule: VisitRule, days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Yield the neighbouring days, of those in order, that are further apart than the rule allows."""
    for before, after in pairwise(days):
        if rule.max_gap_days is not None and (after - before).days > rule.max_gap_days:
            yield before, after


def _after_a_miss(facts: Facts, task: Task) -> Iterator[Violation]:
    """Yield the first visit when it follows a missed one too late, where the last visit held was too long ago."""
    rule, start = facts.problem.rule_by_task[task], facts.problem.horizon.start
    wait, days = timedelta(days=rule.max_gap_days or 0), list(facts.sessions[task])
    if rule.max_gap_days is None or not days:
        return
    last = rule.last_visited
    if last is not None and (last + wait >= start or last >= days[0]):
        return
    missed = [day for day in rule.missed if day < start <= day + wait and (last is None or day > last)]
    is_owed = missed and any(o.first_day <= days[0] and o.last_day >= missed[0] for o in facts.listed[task])
    if missed and days[0] > missed[0] + wait and not is_owed:
        sentence = text(
            "{site}: a visit was missed on {before}, and the next one, on {after}, comes more than {limit} days later.",
            site=facts.called(task),
            before=missed[0],
            after=days[0],
            limit=rule.max_gap_days,
        )
        yield _of(task, "max_gap", (days[0] - missed[0] - wait).days, "days", sentence)


def _is_accounted(facts: Facts, task: Task, before: date, after: date) -> bool:
    """Return whether a visit listed as owed explains the gap, or it was too long before the first day could be used."""
    last_chance = before + timedelta(days=facts.problem.rule_by_task[task].max_gap_days or 0)
    owed = any(listed.first_day <= after and listed.last_day >= before for listed in facts.listed[task])
    return owed or last_chance < facts.problem.horizon.start


def _known_days(facts: Facts, task: Task) -> list[date]:
    """Return the days of the visits, led by the last one before the horizon when it is known."""
    last = facts.problem.rule_by_task[task].last_visited
    days = list(facts.sessions[task])
    return [last, *days] if last is not None and days and last < days[0] else days


def weekday(facts: Facts) -> Iterator[Violation]:
    """Yield visits on a weekday the rule does not allow."""
    for task, rule in facts.problem.rule_by_task.items():
        for day in facts.sessions[task]:
            if rule.weekdays and day.weekday() not in rule.weekdays:
                sentence = text(
                    "{site}: visited on {day}, a {weekday}, which its rule does not allow.",
                    site=facts.called(task),
                    day=day,
                    weekday=WEEKDAYS[day.weekday()],
                )
                yield _of(task, "weekday", 1, "visits", sentence)


def weekday_set(facts: Facts) -> Iterator[Violation]:
    """Yield weeks whose visits fall on weekdays that no allowed combination holds."""
    for task, rule in facts.problem.rule_by_task.items():
        if not rule.weekday_sets:
            continue
        for week, days in groupby(facts.sessions[task], key=week_of):
            found = {day.weekday() for day in days}
            if not any(found <= allowed for allowed in rule.weekday_sets):
                sentence = text(
                    "{site}: in the week of {week} the visits fall on {found}, which is no allowed combination.",
                    site=facts.called(task),
                    week=week,
                    found=listing(WEEKDAYS[k] for k in sorted(found)),
                )
                least = min(len(found - allowed) for allowed in rule.weekday_sets)
                yield _of(task, "weekday_set", least, "visits", sentence)


def nth_weekday(facts: Facts) -> Iterator[Violation]:
    """Yield visits that are not on one of the nth weekdays of the month the rule names."""
    for task, rule in facts.problem.rule_by_task.items():
        for day in facts.sessions[task] if rule.nth_weekdays else ():
            if not any(_is_nth(day, nth) for nth in rule.nth_weekdays):
                sentence = text(
                    "{site}: visited on {day}, {weekday} number {nth} of its month, which its rule does not name.",
                    site=facts.called(task),
                    day=day,
                    weekday=WEEKDAYS[day.weekday()],
                    nth=(day.day - 1) // 7 + 1,
                )
                yield _of(task, "nth_weekday", 1, "visits", sentence)


def _is_nth(day: date, named: NthWeekday) -> bool:
    is_last = (day + timedelta(days=7)).month != day.month
    is_nth = is_last if named.nth == -1 else 7 * (named.nth - 1) < day.day <= 7 * named.nth
    return day.weekday() == named.weekday and is_nth


def dates(facts: Facts) -> Iterator[Violation]:
    """Yield visits that are not on one of the dates the rule names."""
    for task, rule in facts.problem.rule_by_task.items():
        for day in facts.sessions[task] if rule.dates else ():
            if day not in rule.dates:
                sentence = text(
                    "{site}: visited on {day}, which is not one of its fixed dates.",
                    site=facts.called(task),
                    day=day,
                )
                yield _of(task, "dates", 1, "visits", sentence)


def same_weekday(facts: Facts) -> Iterator[Violation]:
    """Yield tasks with a fixed service day whose visits fall on more weekdays than they need."""
    for task, rule in facts.problem.rule_by_task.items():
        found = sorted({day.weekday() for day in facts.sessions[task]})
        allowed = _weekdays_allowed(facts, rule)
        if len(found) > allowed:
            sentence = text(
                "{site}: the service day is fixed, but the visits fall on {found}.",
                site=facts.called(task),
                found=listing(WEEKDAYS[k] for k in found),
            )
            yield _of(task, "same_weekday", len(found) - allowed, "weekdays", sentence)


def _weekdays_allowed(facts: Facts, rule: VisitRule) -> int:
    return fixed_weekdays(rule, facts.problem.horizon) if rule.same_weekday else 7


def same_team(facts: Facts) -> Iterator[Violation]:
    """Yield tasks that must keep their team (or their set of teams, for joint sessions) and do not."""
    for task, rule in facts.problem.rule_by_task.items():
        crews = {frozenset(visit.team.id for visit in met) for met in facts.sessions[task].values()}
        if rule.same_team and len(crews) > 1:
            sentence = text(
                "{site}: one team is to make all visits, but {found} come.",
                site=facts.called(task),
                found=listing(sorted(frozenset().union(*crews))),
            )
            yield _of(task, "same_team", len(crews) - 1, "teams", sentence)


def _of(task: Task, rule: str, amount: float, unit: str, sentence: Text, *, is_hard: bool = True) -> Violation:
    subject = f"{task.site_id}/{task.rule_id}"
    return Violation(rule=rule, subject=subject, amount=amount, unit=unit, sentence=sentence, is_hard=is_hard)
