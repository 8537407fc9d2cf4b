"""The tree of all patterns of a rule, built so that a walk through it never meets a dead end.

From the last visit back to the first it is worked out on which days each visit can lie so that the rest still fits.
Where several choices are open (which fixed weekdays, which weekday combination this week) a state carries all the
choices its days still allow; each pattern is then met once, however many choices it agrees with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from planner.model import Horizon
from planner.periods import Quota, fixed_weekdays, quotas, rule_days
from planner.rules import VisitRule
from planner.spacing import Gaps, Stretch, gaps_of

Choice = tuple[int, int]  # (which fixed weekdays, which weekday combination), by position


@dataclass(frozen=True, slots=True)
class State:
    """A beginning of a pattern: its length, the bit of its last day, and the choices still open."""

    step: int
    day: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One visit of every pattern: the days it can take, by choice."""

    days: dict[Choice, int]
    is_bound: bool  # the maximum gap counts from the visit before
    begins_stretch: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """All patterns of a rule: the steps are the visits, in order."""

    gaps: Gaps
    steps: tuple[Step, ...]
    start: State


def next_states(walk: Walk, state: State) -> Iterator[State]:
    """Yield what the next visit can be, in date order."""
    step = walk.steps[state.step]
    choices = _reopened(step, state.choices) if step.begins_stretch else state.choices
    found = 0
    for choice in choices:
        found |= step.days[choice]
    found &= walk.gaps.follow(1 << state.day, is_bound=step.is_bound)
    while found:
        day = (found & -found).bit_length() - 1
        yield State(state.step + 1, day, tuple(c for c in choices if step.days[c] >> day & 1))
        found &= found - 1


def _reopened(step: Step, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """A new week may take another weekday combination, but the fixed weekdays stay."""
    fixed = {option for option, _ in choices}
    return tuple(choice for choice in step.days if choice[0] in fixed)


def options_of(
    rule: VisitRule, horizon: Horizon, gaps: Gaps, asked: Sequence[Quota], open_days: Iterable[date]
) -> Iterator[tuple[Stretch, ...]]:
    """Yield the quotas as stretches of bits, once for each choice of fixed weekdays (once when there is none)."""
    days = sorted(set(open_days) & set(rule_days(rule, horizon)))
    weekdays = sorted({day.weekday() for day in days})
    kept = min(fixed_weekdays(rule, horizon), len(weekdays))
    sets = rule.weekday_sets or (frozenset(range(7)),)
    spans = [_span(gaps, quota) for quota in asked]
    for fixed in combinations(weekdays, kept):
        by_set = [gaps.mask(day for day in days if day.weekday() in fixed and day.weekday() in some) for some in sets]
        yield tuple(
            Stretch(asked=quota.visits, lanes=tuple(lane & span for lane in by_set))
            for quota, span in zip(asked, spans, strict=True)
        )


def _span(gaps: Gaps, quota: Quota) -> int:
    first = gaps.base + (quota.first_day - gaps.start).days
    return ((1 << ((quota.last_day - quota.first_day).days + 1)) - 1) << first


def walk_of(rule: VisitRule, horizon: Horizon, open_days: Iterable[date], asked: Sequence[Quota] | None) -> Walk:
    """Return the tree of patterns for the rule's quotas, or for what ``asked`` leaves of them."""
    gaps, full = gaps_of(rule, horizon), quotas(rule, horizon)
    left = {(q.first_day, q.last_day): q.visits for q in (full if asked is None else asked)}
    made = [left.get((q.first_day, q.last_day), 0) for q in full]
    whole = [count == q.visits for count, q in zip(made, full, strict=True)]
    unbroken = [gaps.binds_first, *whole]
    options = tuple(options_of(rule, horizon, gaps, full, open_days))
    choices = [(o, c) for o in range(len(options)) for c in range(len(rule.weekday_sets) or 1)]
    goals = dict.fromkeys(choices, gaps.anywhere)
    steps: list[Step] = []
    for k in range(len(full) - 1, -1, -1):
        for turn in range(made[k] - 1, -1, -1):
            is_bound = whole[k] and (turn > 0 or unbroken[k])
            within = gaps.until if k == turn == 0 and whole[0] else -1
            days = {(o, c): options[o][k].lanes[c] & goals[o, c] & within for o, c in choices}
            steps.append(Step(days=days, is_bound=is_bound, begins_stretch=turn == 0))
            goals = {choice: gaps.lead(mask, is_bound=is_bound) for choice, mask in days.items()}
        goals = _merged(goals) if made[k] else goals
    return Walk(gaps=gaps, steps=tuple(reversed(steps)), start=State(0, gaps.previous, tuple(choices)))


def _merged(goals: dict[Choice, int]) -> dict[Choice, int]:
    """Join the weekday combinations of each choice of fixed weekdays: the week before is free to take any."""
    together: dict[int, int] = {}
    for (option, _), mask in goals.items():
        together[option] = together.get(option, 0) | mask
    return {choice: together[choice[0]] for choice in goals}
