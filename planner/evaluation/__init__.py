"""The checker: judges any plan, from the solver or from a hand, by the problem alone.

It is written apart from the solver and believes nothing a plan says of itself: legs, times and totals
are worked out again (``facts``). Each rule is one function with a name and a sentence; a plan is fit to
be driven when no hard rule is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from planner.evaluation import crews, days, form, frequency, nights, owed, promises, times, travel
from planner.evaluation.changes import Appointment, Change, ChangeKind, diff_plans
from planner.evaluation.coverage import (
    WEIGHTS,
    RuleCoverage,
    State,
    VillageCoverage,
    Weight,
    village_coverage,
    weighted_share,
    worst_tenth,
)
from planner.evaluation.debts import Debt, Repaid, debts
from planner.evaluation.evenness import BalancePrice, Workday, price_of_balance
from planner.evaluation.facts import Facts, gather
from planner.evaluation.fairness import BalanceFigures
from planner.evaluation.objective import Figures, TeamFigures, kpis, terms
from planner.evaluation.reach import REACHES, TOLD_REACHES, Minutes, minutes_to_visit, share_within
from planner.evaluation.result import Evaluation, ObjectiveTerm, Violation
from planner.evaluation.seen import RuleSeen, VillageSeen, villages_seen
from planner.language import Text, text
from planner.model import Problem
from planner.plan import Plan

__all__ = [
    "REACHES",
    "RULES",
    "TOLD_REACHES",
    "WEIGHTS",
    "Appointment",
    "BalanceFigures",
    "BalancePrice",
    "Change",
    "ChangeKind",
    "Debt",
    "Evaluation",
    "Figures",
    "Minutes",
    "ObjectiveTerm",
    "Repaid",
    "Rule",
    "RuleCoverage",
    "RuleSeen",
    "State",
    "TeamFigures",
    "VillageCoverage",
    "VillageSeen",
    "Violation",
    "Weight",
    "Workday",
    "debts",
    "diff_plans",
    "evaluate",
    "kpis",
    "minutes_to_visit",
    "price_of_balance",
    "share_within",
    "village_coverage",
    "villages_seen",
    "weighted_share",
    "worst_tenth",
]


class Rule(NamedTuple):
    """A rule of the checker: what it demands, and the function that finds where a plan breaks it."""

    sentence: Text
    find: Callable[[Facts], Iterable[Violation]]


RULES: Mapping[str, Rule] = {
    "unknown": Rule(text("The plan names only teams, villages, rules and days of the input."), form.unknown),
    "order": Rule(text("Circuits stand in order, and each holds the days of its team and week."), form.order),
    "visit_count": Rule(
        text("Each period has exactly the visits asked, made or listed as owed."), frequency.visit_count
    ),
    "unserved_reason": Rule(text("A visit listed as owed is really owed, for the reason given."), owed.unserved_reason),
    "min_gap": Rule(text("Visits are at least min_gap_days apart."), frequency.min_gap),
    "max_gap": Rule(text("Visits are at most max_gap_days apart."), frequency.max_gap),
    "weekday": Rule(text("Visits fall on the weekdays the rule allows."), frequency.weekday),
    "weekday_set": Rule(text("The visits of a week fall on one of the allowed combinations."), frequency.weekday_set),
    "nth_weekday": Rule(text("Visits fall on the nth weekdays of the month the rule names."), frequency.nth_weekday),
    "dates": Rule(text("Visits fall on the dates the rule names."), frequency.dates),
    "same_weekday": Rule(text("A fixed service day stays the same."), frequency.same_weekday),
    "same_team": Rule(text("All visits are by one team where the rule asks it."), frequency.same_team),
    "pinned": Rule(text("A visit fixed beforehand is made on its day, by its team."), promises.pinned),
    "follow_up": Rule(text("A visit that follows another comes as many days later as asked."), promises.follow_up),
    "working_day": Rule(text("Teams are out only on weekdays they work."), days.working_day),
    "day_off": Rule(text("Teams are not out on their days off."), days.day_off),
    "holiday": Rule(text("On public holidays only those teams and villages meet that allow it."), days.holiday),
    "site_closed": Rule(text("No village is visited while it is closed."), days.site_closed),
    "window": Rule(text("Each service lies within one time window."), times.window),
    "service_time": Rule(text("No visit is shorter than it must be."), times.service_time),
    "shift": Rule(text("Teams leave and return within their shift."), times.shift),
    "lunch": Rule(text("A team that is out at noon has its lunch break."), times.lunch),
    "timetable": Rule(text("Times follow from the departure, the roads and the stop before."), times.timetable),
    "unreachable": Rule(text("Every leg has a road that day for the vehicle."), travel.unreachable),
    "legs": Rule(text("Minutes and metres of a leg are those of the roads."), travel.legs),
    "totals": Rule(text("Totals of a route are the sums of its parts."), travel.totals),
    "base": Rule(
        text("Days begin where the team slept; it sleeps at home, or between two days out at one of its lodgings."),
        nights.base,
    ),
    "nights_away": Rule(text("A team sleeps out no more often in a week than it may."), nights.nights_away),
    "skill": Rule(text("A team that comes has the skills of the rule."), crews.skill),
    "access": Rule(text("The vehicle of the team gets to the village."), crews.access),
    "owner": Rule(text("A village that belongs to a team is visited by it or by one that may be lent."), crews.owner),
    "capacity": Rule(text("A team uses no more doses or kits on a trip than it carries."), crews.capacity),
    "trips": Rule(text("A team goes out no more often a day than it may, each time for a visit."), crews.trips),
    "resupply": Rule(text("A team that loads again does so at its base, for as long as it takes."), crews.resupply),
    "max_stops": Rule(text("A team has no more stops a day than it may."), crews.max_stops),
    "composition": Rule(text("The teams of a joint session hold every class asked."), crews.composition),
    "synchronised": Rule(text("The teams of a joint session start together."), crews.synchronised),
    "double_booking": Rule(text("No visit is booked twice, and no team is in two places."), crews.double_booking),
}


def evaluate(problem: Problem, plan: Plan) -> Evaluation:
    """Return the verdict on the plan: every broken rule, and the terms of the cost. It never raises for a bad plan."""
    facts = gather(problem, plan)
    found = [violation for rule in RULES.values() for violation in rule.find(facts)]
    return Evaluation(
        violations=tuple(sorted(found, key=lambda v: (v.rule, v.subject, str(v.sentence)))), terms=terms(facts)
    )
