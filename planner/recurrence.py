"""VisitRule -> day combinations."""

from __future__ import annotations

from planner.periods import Quota, fixed_weekdays, names_its_days, quotas, rule_days

__all__ = ["Quota", "fixed_weekdays", "names_its_days", "quotas", "rule_days"]
