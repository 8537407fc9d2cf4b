"""The rule on visits listed as owed: they are really owed, and the reason given is the real one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from planner.evaluation.facts import Facts
from planner.evaluation.result import Violation
from planner.evaluation.worth import cheapest_addition, owing_price
from planner.language import Text, text
from planner.model import Task
from planner.plan import UnservedVisit
from planner.reason_words import NAMES, REASONS
from planner.reasons import true_reasons
from planner.recurrence import Quota
from planner.values import DateRange


def unserved_reason(facts: Facts) -> Iterator[Violation]:
    """Yield visits listed as owed that are made or were never asked, and reasons that are not true."""
    for task, listed in facts.listed.items():
        by_stretch: dict[tuple[date, date], list[UnservedVisit]] = defaultdict(list)
        for owed in listed:
            by_stretch[owed.first_day, owed.last_day].append(owed)
        known = {(quota.first_day, quota.last_day): quota for quota in facts.quotas[task]}
        for stretch, entries in by_stretch.items():
            quota = known.get(stretch)
            if quota is None:
                yield _of(task, len(entries), _never_asked(facts, task, stretch))
                continue
            yield from _too_many(facts, task, quota, len(entries))
            yield from _untrue(facts, task, entries)


def _never_asked(facts: Facts, task: Task, stretch: tuple[date, date]) -> Text:
    return text(
        "{site}: a visit from {first} to {last} is listed as owed, but none is asked for these days.",
        site=facts.called(task),
        first=stretch[0],
        last=stretch[1],
    )


def _too_many(facts: Facts, task: Task, quota: Quota, listed: int) -> Iterator[Violation]:
    made = facts.made(task, quota)
    owed = max(0, quota.visits - made)
    if listed > owed:
        sentence = text(
            "{site}: {listed} visits from {first} to {last} are listed as owed, but of {asked} asked {made} are made.",
            site=facts.called(task),
            listed=listed,
            first=quota.first_day,
            last=quota.last_day,
            asked=quota.visits,
            made=made,
        )
        yield _of(task, listed - owed, sentence)


def _untrue(facts: Facts, task: Task, entries: list[UnservedVisit]) -> Iterator[Violation]:
    """Compare the reasons given with the real ones; which entry of a stretch carries which does not matter."""
    first = entries[0]
    leading = facts.leading(task) if task in facts.problem.leader_by_task else ()
    real = true_reasons(facts.problem, task, first.first_day, first.last_day, len(entries), leading=leading)
    for owed in entries:
        if owed.reason in real or (owed.reason == "too_dear" and "no_time_left" in real and _is_dear(facts, owed)):
            continue
        sentence = text(
            "{site}: a visit from {first} to {last} is listed as owed for the reason {reason}, which is not true.",
            site=facts.called(task),
            first=owed.first_day,
            last=owed.last_day,
            reason=NAMES.get(owed.reason, owed.reason),
        )
        if owed.reason not in REASONS:
            sentence = text(
                "{site}: a visit is listed as owed for a reason nobody knows: {reason}.",
                site=facts.called(task),
                reason=owed.reason,
            )
        yield _of(task, 1, sentence)


def _is_dear(facts: Facts, owed: UnservedVisit) -> bool:
    """Return whether no way is found to make the visit that is cheaper than to owe it."""
    due = DateRange(first_day=owed.first_day, last_day=owed.last_day)
    addition = cheapest_addition(facts.problem, facts.plan, owed.task, due)
    return addition is None or addition.more > owing_price(facts.problem, owed.task)


def _of(task: Task, amount: float, sentence: Text) -> Violation:
    subject = f"{task.site_id}/{task.rule_id}"
    return Violation(rule="unserved_reason", subject=subject, amount=amount, unit="visits", sentence=sentence)
