"""What was seen of every village, as plain data: for machines, and what every other door shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import Any

from planner.evaluation import WEIGHTS, RuleSeen, VillageSeen, weighted_share, worst_tenth
from planner.evaluation.coverage import WORST_SHARE
from planner.history import WHYS, PastVisit
from planner.language import Text, text
from planner.plan import Plan
from planner.values import DateRange, week_of

SEEN_FORMAT = "xunzhen-seen"
SEEN_VERSION = 1
MOST_DAYS = 400
COUNTED = ("demanded", "kept", "planned", "held", "missed", "untold", "people", "referrals")
WHY_WORDS = {
    "weather": text("weather"),
    "road": text("road"),
    "vehicle": text("vehicle"),
    "staff": text("staff"),
    "site_closed": text("village closed"),
    "nobody_came": text("nobody came"),
    "emergency": text("emergency"),
    "other": text("other reasons"),
}


def days_told(past: Iterable[PastVisit]) -> DateRange | None:
    """Return the whole weeks of the visits of the past, at most ``MOST_DAYS``; None when there is none.

    Of a week that is cut off a weekly rule would demand nothing, though its visit was planned and missed.
    """
    days = [visit.day for visit in past]
    if not days:
        return None
    last = week_of(max(days)) + timedelta(days=6)
    return DateRange(first_day=max(week_of(min(days)), last - timedelta(days=MOST_DAYS - 1)), last_day=last)


def planned_visits(plan: Plan) -> Iterator[PastVisit]:
    """Yield the visits of a plan: planned, and nobody has told what came of them."""
    for route, stop in plan.visits():
        yield PastVisit(site_id=stop.site_id, rule_id=stop.rule_id, day=route.day)


def worst_first(villages: Iterable[VillageSeen]) -> list[VillageSeen]:
    """Return the villages that were demanded anything, the worst seen first: the least share, then the longest wait."""
    asked = [village for village in villages if village.asked or not village.is_gap_kept]
    return sorted(asked, key=lambda v: (v.share, v.is_gap_kept, -v.longest_gap_days, v.site.id))


def worst_of(villages: Iterable[VillageSeen]) -> list[VillageSeen]:
    """Return the tenth of the villages that is seen worst, rounded up."""
    ordered = worst_first(villages)
    return ordered[: ceil(WORST_SHARE * len(ordered))]


def is_as_demanded(villages: Iterable[VillageSeen]) -> bool:
    """Return whether every village was seen as its rules demand."""
    return all(not village.owed and village.is_gap_kept for village in villages)


def seen_document(villages: Sequence[VillageSeen], days: DateRange) -> dict[str, Any]:
    """Return what was seen as plain data for JSON. Places go by their ids: nothing in it names anybody."""
    rules = [rule for village in villages for rule in village.rules]
    reasons = Counter[str]()
    for rule in rules:
        reasons.update(rule.reasons)
    return {
        "format": SEEN_FORMAT,
        "version": SEEN_VERSION,
        "first_day": days.first_day.isoformat(),
        "last_day": days.last_day.isoformat(),
        "is_as_demanded": is_as_demanded(villages),
        **{name: sum(getattr(rule, name) for rule in rules) for name in COUNTED},
        "reasons": in_order(reasons),
        "gaps_broken": sum(rule.is_gap_kept is False for rule in rules),
        "longest_gap_days": max((village.longest_gap_days for village in villages), default=0),
        "weighted": {
            name: {
                "share": _share(weighted_share(villages, weight)),
                "worst_tenth": _share(worst_tenth(villages, weight)),
            }
            for name, weight in WEIGHTS.items()
        },
        "worst_villages": [village.site.id for village in worst_of(villages)],
        "villages": [_village_document(village) for village in villages],
    }


def in_order(reasons: Mapping[str, int]) -> dict[str, int]:
    """Return the reasons that were given, always in the same order."""
    return {why: reasons[why] for why in WHYS if reasons.get(why)}


def _village_document(village: VillageSeen) -> dict[str, Any]:
    return {
        "site_id": village.site.id,
        "state": village.state,
        "share": _share(village.share),
        "rules": [_rule_document(rule) for rule in village.rules],
    }


def _rule_document(found: RuleSeen) -> dict[str, Any]:
    return {
        "rule_id": found.rule.id,
        **{name: getattr(found, name) for name in COUNTED},
        "reasons": in_order(found.reasons),
        "last_held": found.last_held and found.last_held.isoformat(),
        "days_since": found.days_since,
        "longest_gap_days": found.longest_gap_days,
        "max_gap_days": found.rule.max_gap_days,
        "is_gap_kept": found.is_gap_kept,
    }


def _share(share: float | None) -> float | None:
    return share if share is None else round(share, 4)


def seen_answer(villages: Sequence[VillageSeen], days: DateRange) -> Text:
    """Return the answer to the question, in one sentence."""
    asked = [village for village in villages if village.asked]
    values = {
        "first": days.first_day,
        "last": days.last_day,
        "count": len(asked),
        "demanded": sum(village.asked for village in asked),
    }
    if is_as_demanded(villages):
        return text(
            "Yes: from {first} to {last} all {count} villages were seen as their rules demand ({demanded} visits).",
            **values,
        )
    return text(
        "No: from {first} to {last} {good} of {count} villages were seen as their rules demand; {kept} of {demanded} "
        "visits were held, and {late} villages waited longer than they may.",
        **values,
        good=sum(not village.owed and village.is_gap_kept for village in asked),
        kept=values["demanded"] - sum(village.owed for village in asked),  # type: ignore[operator]
        late=sum(not village.is_gap_kept for village in villages),
    )
