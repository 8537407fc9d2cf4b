"""The sentences of relaxations: what to change, from what to what, and what was shown by planning again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from planner.closed import as_details, closures_of, closures_told
from planner.errors import ModelError
from planner.evaluation.words import WEEKDAYS, listing
from planner.language import Text, say, text
from planner.model import Problem, Task
from planner.plan import Plan, Proof, Relaxation, RelaxationKind, UnservedVisit, Value
from planner.reason_words import describe
from planner.relaxations import amount_of, opening_of
from planner.values import DateRange, clock

SENTENCES: Mapping[RelaxationKind, Text] = {
    "lengthen_shift": text("Lengthen the shift of team {team} by {amount} minutes, to {new}"),
    "lengthen_window": text("Lengthen the time window by {amount} minutes, to {new}"),
    "raise_priority": text("Raise the priority of the visit from {old} to {new}"),
    "raise_price": text("Raise price_unserved_visit in the settings from {old} to {new}"),
    "raise_capacity": text("Let team {team} carry {new} doses or kits a day instead of {old}"),
    "raise_max_stops": text("Let team {team} make {new} stops a day instead of {old}"),
    "cancel_day_off": text("Let team {team} work on {day}, its day off"),
    "open_site": text("Open the village on {day}: it is closed {closed}"),
    "open_road": text("Open the road on {day}: {closed}"),
    "allow_weekday": text("Allow {more} for this visit"),
    "add_weekday": text("Let team {team} work on {more} too"),
    "work_holidays": text("Let team {team} work on public holidays, such as {day}"),
    "allow_holidays": text("Let the village be visited on public holidays, such as {day}"),
    "free_weekday": text("Do not tie this visit to fixed weekdays"),
    "free_team": text("Let more than one team make these visits"),
    "lower_min_gap": text("Lower min_gap_days from {old} to {new}"),
    "raise_max_gap": text("Raise max_gap_days from {old} to {new}"),
    "lend_team": text("Let team {team} be lent"),
    "add_skill": text("Give team {team} {more}"),
    "change_vehicle": text("Give team {team} a vehicle of class {new} instead of {old}"),
    "allow_vehicle": text("Let vehicles of class {more} get to the village"),
    "set_road": text("Correct or open the road from the base of team {team}: {new} minutes each way at most will do"),
    "add_team": text("Add a team like {like}"),
    "drop_skill": text("Do not ask for {less} at this visit"),
    "drop_class": text("Do not ask for {less} at this joint session"),
    "lower_load": text("Lower the doses or kits of the visit from {old} to {new}"),
    "lower_visits": text("Lower the visits of this rule from {old} to {new}"),
}

PROOFS: Mapping[Proof, Text] = {
    "none": text("{change} (not tried)."),
    "alone": text("{change}: that makes the visit possible (tried by itself; other visits may have to move)."),
    "in_plan": text("{change}: that serves the visit (tried in this plan; every other visit stays)."),
}


def advise(problem: Problem, relaxation: Relaxation) -> Text:
    """Return what to change and what was shown of it, as one sentence."""
    return Text(PROOFS[relaxation.proof].template, {"change": _change(problem, relaxation)})


def of_the_tables(problem: Problem, plan: Plan) -> Plan:
    """Return a plan that may have been edited by hand without what cannot be said of it.

    That is: visits owed by strangers, and advice whose values mean nothing.
    """
    known = [visit for visit in plan.unserved if visit.task in problem.rule_by_task]
    return replace(plan, unserved=tuple(_with_sound_advice(problem, visit) for visit in known))


def _with_sound_advice(problem: Problem, owed: UnservedVisit) -> UnservedVisit:
    try:
        if owed.relaxation is not None:
            str(advise(problem, owed.relaxation))
    except (ArithmeticError, LookupError, ModelError, TypeError, ValueError):
        return replace(owed, relaxation=None)
    return owed


def explain_owed(problem: Problem, owed: UnservedVisit) -> Text:
    """Return why a visit is not made, what could be done, and the smallest change that was shown to serve it."""
    if owed.relaxation is None:
        return describe(owed)
    smallest = text("Smallest change found: {advice}", advice=advise(problem, owed.relaxation))
    return text("{sentence} {remedy}", sentence=describe(owed), remedy=smallest)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedAlike:
    """Visits owed for one reason and with one advice, which are said once: of each task the stretches they are due."""

    why: str
    due: Mapping[Task, tuple[DateRange, ...]]

    @property
    def visits(self) -> int:
        """How many they are."""
        return sum(map(len, self.due.values()))


def owed_alike(problem: Problem, plan: Plan, language: str) -> tuple[OwedAlike, ...]:
    """Return the owed visits of a plan by what is said of them, in the order of the first of each."""
    found: dict[str, dict[Task, list[DateRange]]] = {}
    for owed in plan.unserved:
        of_task = found.setdefault(say(explain_owed(problem, owed), language), {}).setdefault(owed.task, [])
        of_task.append(DateRange(first_day=owed.first_day, last_day=owed.last_day))
    return tuple(
        OwedAlike(why=why, due={task: tuple(days) for task, days in of_task.items()}) for why, of_task in found.items()
    )


def _change(problem: Problem, relaxation: Relaxation) -> Text:
    old, new = relaxation.old, relaxation.new
    parts: dict[str, Callable[[], object]] = {
        "team": lambda: _team(problem, relaxation.team_id),
        "like": lambda: _team(problem, str(new)),
        "amount": lambda: amount_of(relaxation),
        "day": lambda: relaxation.day or "",
        "closed": lambda: _closed(problem, relaxation),
        "old": lambda: _shown(relaxation, old),
        "new": lambda: _shown(relaxation, new),
        "more": lambda: _difference(relaxation, new, old),
        "less": lambda: _difference(relaxation, old, new),
    }
    sentence = SENTENCES[relaxation.kind]
    used = {name: value() for name, value in parts.items() if f"{{{name}}}" in sentence.template}
    return Text(sentence.template, used)


def _team(problem: Problem, team_id: str) -> str:
    team = problem.team_by_id.get(team_id)
    return team.name if team else team_id


def _closed(problem: Problem, relaxation: Relaxation) -> Text | str:
    """Return the rows that close the village or road on the day: when, why, and where they stand."""
    if relaxation.kind == "open_road":
        return closures_told(as_details(opening_of(problem, relaxation).closures))
    site, day = problem.site_by_id[relaxation.site_id], relaxation.day
    return closures_told(as_details([c for c in closures_of(problem, site) if day is not None and day in c.days]))


def _shown(relaxation: Relaxation, value: Value) -> object:
    """Return hours as 08:00-17:00; anything else as it stands."""
    if relaxation.field not in {"shift", "windows"} or not isinstance(value, tuple):
        return value
    minutes = [int(minute) for minute in value]
    return listing(f"{clock(a)}-{clock(b)}" for a, b in zip(minutes[::2], minutes[1::2], strict=True))


def _difference(relaxation: Relaxation, larger: Value, smaller: Value) -> Text | str:
    """Return the names that one value has and the other has not; weekdays by their names."""
    if not isinstance(larger, tuple) or not isinstance(smaller, tuple):
        return ""
    names = sorted(set(larger) - set(smaller), key=str)
    if relaxation.field == "weekdays":
        return listing(WEEKDAYS[int(str(name))] for name in names)
    return listing(str(name) for name in names)
