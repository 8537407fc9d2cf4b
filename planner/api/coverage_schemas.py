"""What is answered about what was seen of the villages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from planner.api.schemas import Answer
from planner.evaluation import State
from planner.history import Why


class ShareAnswer(Answer):
    """The share (of 1) of the visits demanded that were held; none: nothing is known to count by."""

    share: float | None
    worst_tenth: float | None


class RuleSeenAnswer(Answer):
    """One rule at one village. ``kept`` are the visits held that were demanded; ``untold`` those nobody told of."""

    rule_id: str
    demanded: int
    kept: int
    planned: int
    held: int
    missed: int
    untold: int
    people: int
    referrals: int
    reasons: Mapping[Why, int]
    last_held: date | None
    days_since: int | None
    longest_gap_days: int
    max_gap_days: int | None
    is_gap_kept: bool | None


class VillageSeenAnswer(Answer):
    """One village: ``state`` says whether all, some or none of the visits demanded were held."""

    site_id: str
    state: State
    share: float
    rules: list[RuleSeenAnswer]


class CoverageAnswer(Answer):
    """Every village between two days, both included, and the sums of the county."""

    format: str
    version: int
    first_day: date
    last_day: date
    is_as_demanded: bool
    demanded: int
    kept: int
    planned: int
    held: int
    missed: int
    untold: int
    people: int
    referrals: int
    reasons: Mapping[Why, int]
    gaps_broken: int
    longest_gap_days: int
    weighted: Mapping[str, ShareAnswer]
    worst_villages: list[str]
    villages: list[VillageSeenAnswer]
