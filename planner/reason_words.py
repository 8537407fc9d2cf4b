"""The closed list of reasons why a visit is owed, and what is said of each; the village is named by who shows it."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from planner.closed import closures_told
from planner.language import Text, text
from planner.plan import UnservedVisit

EMPTY = "–"  # for a value the sentence names and the plan does not give

# code -> (what is in the way, what to do about it)
REASONS: Mapping[str, tuple[Text, Text]] = {
    "no_working_day": (
        text(
            "Of {asked} visits asked from {first} to {last}, not all find a day: the rule allows {allowed} days, "
            "the village is open on {open} of these, and a team that may come works on {worked} of those."
        ),
        text("Allow more weekdays or holidays, give a team that may come more working days, or lower the visits."),
    ),
    "gap_conflict": (
        text(
            "Of {asked} visits asked from {first} to {last}, not all have room at the asked distance "
            "(min_gap_days {low}, max_gap_days {high}, last visited {last_visited})."
        ),
        text("Lower the visits or min_gap_days, raise max_gap_days, or allow more weekdays."),
    ),
    "no_team_skill": (
        text("No team has all of the skills {skills}; team {team} comes nearest, but lacks {missing}."),
        text("Add {missing} to a team, or take it out of the rule."),
    ),
    "no_team_access": (
        text("Only vehicles of class {allowed} get there, but the teams that could come have {found}."),
        text("Give such a team a vehicle of class {allowed}, or correct the access classes of the village."),
    ),
    "not_owned": (
        text("The village belongs to {owners}, who cannot make the visit, and no team that could may be lent."),
        text("Let a team be lent, or give the village to a team that can come."),
    ),
    "composition_missing": (
        text("A session needs {classes} together, but no teams that could come bring {missing} at one time."),
        text("Add {missing} to the skills of a team, or give the teams a common day and hour."),
    ),
    "village_closed": (
        text("The village is closed {closures}. If it were open, team {team} could come on {day}."),
        text("Open the village for a day, correct its row of the sheet closures, or lower the visits."),
    ),
    "road_closed": (
        text("The way is closed: {closures}. If it were open, team {team} could come on {day}."),
        text("Open the road for a day, correct its row of the sheet closures, or lower the visits."),
    ),
    "unreachable": (
        text("No team has a road there and back; not even team {team} on {day}."),
        text("Correct the roads or the closures, or give the visit to a team whose vehicle gets there."),
    ),
    "window_too_short": (
        text("The visit takes {service} minutes, but the longest time window has {longest}."),
        text("Lengthen a window to {service} minutes, or shorten the visit to {longest}."),
    ),
    "shift_too_short": (
        text(
            "Even with the whole day for this visit, team {team}, which comes nearest on {day}, "
            "is {minutes} minutes too late for the time window or the end of its shift."
        ),
        text("Lengthen the window or the shift of team {team} by {minutes} minutes, or shorten the visit."),
    ),
    "too_far": (
        text("The village is so far away that even team {team} would be {minutes} minutes too late on {day}."),
        text("Check its longitude and latitude; if they are right, give the visit to a team with a nearer base."),
    ),
    "over_capacity": (
        text("The visit uses {load} doses or kits, but team {team}, which comes nearest, carries {limit} a day."),
        text("Raise the capacity of team {team} to {load}, or lower the load of the visit."),
    ),
    "too_dear": (
        text(
            "The visit is dearer than owing it: the cheapest way found to make it, by team {team} on {day}, "
            "adds {cost} to the cost in kilometres; owing it adds {price}."
        ),
        text("Raise the priority of the visit, or price_unserved_visit in the settings."),
    ),
    "no_time_left": (
        text(
            "A visit from {first} to {last} is possible by itself, for example by team {team} on {day}, "
            "but other visits fill the days of the teams."
        ),
        text("Add a team or working days, lengthen shifts, lower other visits, or search longer."),
    ),
}

# code -> what people call it
NAMES: Mapping[str, Text] = {
    "no_working_day": text("no working day"),
    "gap_conflict": text("no room at the asked distance"),
    "no_team_skill": text("no team has the skills"),
    "no_team_access": text("no vehicle gets there"),
    "not_owned": text("the village belongs to others"),
    "composition_missing": text("no teams for the joint session"),
    "village_closed": text("the village is closed"),
    "road_closed": text("the road is closed"),
    "unreachable": text("no road there and back"),
    "window_too_short": text("the time window is too short"),
    "shift_too_short": text("the shift is too short"),
    "too_far": text("too far away"),
    "over_capacity": text("too many doses or kits"),
    "too_dear": text("dearer than owing it"),
    "no_time_left": text("no time left"),
}


def describe(unserved: UnservedVisit) -> Text:
    """Return why the visit is not made and what to do about it. Values the plan does not give are shown as a dash."""
    sentence, remedy = REASONS.get(unserved.reason, _unknown_reason())
    known = {
        "first": unserved.first_day,
        "last": unserved.last_day,
        "reason": unserved.reason,
        **dict(unserved.details),
    }
    known |= {"closures": closures_told(known)} if "closed_from" in known else {}
    said = _filled(sentence, known)
    if "fixed" in known:
        kept = text("The service day is fixed, so that a visit lost to a holiday is not made on another weekday.")
        said = text("{sentence} {remedy}", sentence=said, remedy=kept)
    return text("{sentence} {remedy}", sentence=said, remedy=_filled(remedy, known))


def _unknown_reason() -> tuple[Text, Text]:
    return text("The reason {reason} is not known."), text("Plan again with this version.")


def _filled(sentence: Text, known: Mapping[str, object]) -> Text:
    names = {name for _, name, _, _ in Formatter().parse(sentence.template) if name}
    return Text(sentence.template, {name: known.get(name, EMPTY) for name in names})
