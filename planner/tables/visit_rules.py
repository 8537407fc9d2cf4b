"""Rows of the sheets rules and villages become visit rules: a village's own cells win over its rules."""

from __future__ import annotations

from datetime import date
from typing import Any

from planner.errors import ModelError, Where
from planner.language import text
from planner.rules import FollowUp, ServiceTime, VisitRule
from planner.tables.cell import quote
from planner.tables.cell_times import date_fault, read_date
from planner.tables.faults import Faults, suggest
from planner.tables.follow_ups import read_follow_up
from planner.tables.reading import Row
from planner.tables.references import Register, find_or_note
from planner.tables.words import read_frequency, say_frequency

COUNTED = ("visits", "per", "every", "weekdays", "weekday_sets", "nth_weekdays", "dates")
FREQUENCY = (*COUNTED, "min_gap_days", "max_gap_days", "same_weekday", "same_team")
NEEDS = ("load", "skills", "composition", "priority", "owned", "services", "bring", "results", "announced")
PARTS = ("setup_minutes", "people", "people_per_hour", "tail_minutes")
OWN_CELLS = {*FREQUENCY, *NEEDS, *PARTS, "service_minutes", "windows", "last_visited", "preferred_team"}
PERIOD_DAYS = {"week": 7, "month": 31, "quarter": 92, "horizon": 400}
USUAL_SERVICE = ServiceTime(setup_minutes=30)


def build_rules(row: Row, rules: Register, teams: Register, faults: Faults) -> tuple[VisitRule, ...]:
    """Return the rules of a village's row; what is wrong with them is noted."""
    named = _named_rules(row, rules, faults)
    if len(named) > 1 and (given := [name for name in COUNTED if name in row.values]):
        problem = text("{column} cannot be set for several rules at once.", column=quote(row.where(given[0]).column))
        faults.add(row.where(given[0]), problem, text("Set it in the sheet rules, or give the village one rule."))
        return ()
    last_visited = _last_visited(row, list(named), rules, faults)
    preferred = _preferred_teams(row, list(named), rules, teams, faults)
    is_plain = not row.values.keys() & OWN_CELLS
    built = []
    for rule_id, general in named.items():
        if rule_id in rules.broken:
            continue
        shared = rules.rule_by_id.get(rule_id)
        if is_plain and shared is not None:
            built.append(shared)
            continue
        team = preferred.get(rule_id, shared.preferred_team if shared is not None else None)
        follow = _following(shared.follows if shared is not None else None)
        arguments = {**general, **follow, "last_visited": last_visited.get(rule_id), "preferred_team": team}
        rule = _build_rule(rule_id, arguments, rules.row_by_id.get(rule_id), row, faults)
        if rule is not None:
            built.append(rule)
    return tuple(sorted(built, key=lambda rule: rule.id))


def check_rules(rules: Register, teams: Register, villages: Register, faults: Faults) -> None:
    """Note what is wrong with each row of the sheet rules by itself; such a rule is broken for every village."""
    for rule_id, row in rules.row_by_id.items():
        count = len(faults.errors)
        word = row.get("preferred_team")
        team = find_or_note(row.where("preferred_team"), word, teams, faults) if word is not None else None
        follow = _following(read_follow_up(row, rules, villages, faults))
        built = None if row.faulty else _build_rule(rule_id, {"preferred_team": team, **follow}, row, row, faults)
        if built is not None:
            rules.rule_by_id[rule_id] = built
        if row.faulty or count < len(faults.errors):
            rules.broken.add(rule_id)


def _following(follow: FollowUp | None) -> dict[str, Any]:
    """Return the arguments of a rule that follows another; nothing for a rule that does not."""
    return {"follows": follow, "per": "horizon"} if follow is not None else {}


def _named_rules(row: Row, rules: Register, faults: Faults) -> dict[str, dict[str, Any]]:
    """Return the ids of the village's rules, each with what the short form or the village says of it."""
    named: dict[str, dict[str, Any]] = {}
    for word in row.get("rule", ()):
        found, short = rules.find(word), read_frequency(word)
        if found is not None:
            rule_id, arguments = found, {}
        elif short is not None:
            rule_id, arguments = say_frequency(*short), dict(zip(("visits", "per", "every"), short, strict=True))
        else:
            otherwise = text("Write the id of a row of the sheet rules, or a short form such as 2/week.")
            problem = text("there is no rule {word}.", word=quote(word))
            faults.add(row.where("rule"), problem, suggest(word, rules.words, otherwise))
            continue
        if rule_id in named:
            faults.add(
                row.where("rule"), text("the rule {word} is named twice.", word=quote(word)), text("Once is enough.")
            )
        named[rule_id] = arguments
    if not named and "rule" not in row.values and "rule" not in row.faulty:
        named = _own_rule(row, faults)
    return named


def _own_rule(row: Row, faults: Faults) -> dict[str, dict[str, Any]]:
    """Return the rule of a village that says its frequency itself."""
    if "visits" in row.values:
        return {say_frequency(row.get("visits"), row.get("per", "week"), row.get("every", 1)): {}}
    for name in ("dates", "nth_weekdays"):
        if name in row.values:
            return {name: {}}
    if not row.faulty & {"visits", "dates", "nth_weekdays"}:
        problem = text("the village has no rule: nothing says how often it is visited.")
        faults.add(row.where("rule"), problem, text("Write the id of a rule, or a short form such as 2/week."))
    return {}


def _pairs(row: Row, column: str, named: list[str], rules: Register, faults: Faults) -> dict[str, str]:
    """Return what a cell such as ``weekly=T1;monthly=T2`` says of each rule of the village."""
    found: dict[str, str] = {}
    for word, value in row.get(column, ()):
        short = read_frequency(word) if word else None
        rule_id = rules.find(word) or (say_frequency(*short) if short else word)
        if word and rule_id not in named:
            problem = text("the village has no rule {word}.", word=quote(word))
            otherwise = text("Write one of the village's rules: {named}.", named=", ".join(named))
            faults.add(row.where(column), problem, suggest(word, named, otherwise))
            continue
        found.update({rule_id: value} if word else dict.fromkeys(named, value))
    return found


def _last_visited(row: Row, named: list[str], rules: Register, faults: Faults) -> dict[str, date]:
    days: dict[str, date] = {}
    pairs = dict(row.get("last_visited", ())) if not named else _pairs(row, "last_visited", named, rules, faults)
    for rule_id, written in pairs.items():
        day = read_date(written)
        if day is not None:
            days[rule_id] = day
            continue
        error = date_fault(written)
        problem = text("expected {expected}, but found {found}.", expected=error.expected, found=quote(written))
        faults.add(row.where("last_visited"), problem, error.remedy or text("Correct the cell."))
        break
    return days


def _preferred_teams(row: Row, named: list[str], rules: Register, teams: Register, faults: Faults) -> dict[str, str]:
    found: dict[str, str] = {}
    known: dict[str, str | None] = {}
    for rule_id, word in _pairs(row, "preferred_team", named, rules, faults).items():
        if word not in known:
            known[word] = find_or_note(row.where("preferred_team"), word, teams, faults)
        team = known[word]
        if team is not None:
            found[rule_id] = team
    return found


def _build_rule(
    rule_id: str, arguments: dict[str, Any], general: Row | None, own: Row, faults: Faults
) -> VisitRule | None:
    """Return the rule made of the short form's arguments, the row of the sheet rules and the village's own cells."""
    rows = [row for row in (general, None if own is general else own) if row is not None]
    if any(row.faulty & {*FREQUENCY, *NEEDS, *PARTS, "service_minutes"} for row in rows):
        return None
    values = {name: row.get(name) for row in rows for name in (*FREQUENCY, *NEEDS) if name in row.values}
    service = _service(rows, faults)
    values = {**arguments, **values}
    if not _fits_together(own, values, faults) or service is None:
        return None
    if general is not None:
        values |= {name: general.get(name) for name in ("name", "windows") if name in general.values}
    if own is not general and "windows" in own.values:
        values.pop("windows", None)  # the site's own windows hold
    for name in {"owned", "announced"} & values.keys():
        values[f"is_{name}"] = values.pop(name)
    try:
        return VisitRule(id=rule_id, service=service, **values)
    except ModelError as error:
        faults.add_model_error(own.where("rule" if own is not general else ""), error)
        return None


def _service(rows: list[Row], faults: Faults) -> ServiceTime | None:
    """Return the service time of the most special row that gives one; parts are filled up from the more general row."""
    parts: dict[str, Any] = {}
    row = None
    for row in rows:
        given = {name: row.get(name) for name in PARTS if name in row.values}
        if given and "service_minutes" in row.values:
            problem = text(
                "service_minutes and {part} are both given.", part=quote(row.where(next(iter(given))).column)
            )
            faults.add(
                row.where("service_minutes"), problem, text("Empty one of them: the parts add up to the service.")
            )
            return None
        if "service_minutes" in row.values:
            parts = {"setup_minutes": row.get("service_minutes")}
        parts |= given
    if not parts or row is None:
        return USUAL_SERVICE
    if parts.get("people") and "people_per_hour" not in parts:
        problem = text("people is given, but people_per_hour is not.")
        faults.add(
            row.where("people"), problem, text("Fill in people_per_hour here or in the rule, or use service_minutes.")
        )
        return None
    return _checked_service(row, parts, faults)


def _checked_service(row: Row, parts: dict[str, Any], faults: Faults) -> ServiceTime | None:
    service = ServiceTime(**parts)
    if service.minutes > 24 * 60:
        column = next((name for name in ("people", "people_per_hour") if name in row.values), "service_minutes")
        problem = text("the visit would take {minutes} minutes, more than a day.", minutes=service.minutes)
        faults.add(row.where(column), problem, text("Lower people or raise people_per_hour."))
        return None
    return service


def _fits_together(row: Row, values: dict[str, Any], faults: Faults) -> bool:
    """Note cells that contradict each other; ``row`` is the one the reader should look at."""
    count = len(faults.errors)
    low, high = values.get("min_gap_days", 1), values.get("max_gap_days")
    if high is not None and low > high:
        problem = text("min_gap_days {low} is larger than max_gap_days {high}.", low=low, high=high)
        faults.add(
            _blamed(row, "min_gap_days", "max_gap_days"), problem, text("Lower min_gap_days or raise max_gap_days.")
        )
    ways = [name for name in ("dates", "nth_weekdays", "weekday_sets") if name in values]
    if len(ways) > 1:
        problem = text(
            "{one} and {other} are both given.",
            one=quote(row.where(ways[0]).column),
            other=quote(row.where(ways[1]).column),
        )
        faults.add(_blamed(row, *ways), problem, text("Empty one of them."))
    visits, per, every = values.get("visits", 1), values.get("per", "week"), values.get("every", 1)
    days = PERIOD_DAYS[per] * every
    if visits > days:
        problem = text("{visits} visits are asked in {days} days.", visits=visits, days=days)
        faults.add(
            _blamed(row, "visits", "per", "every"), problem, text("At most one visit a day can be made: lower visits.")
        )
    _check_weekday_sets(row, values.get("weekday_sets", ()), (visits, per, every), faults)
    return count == len(faults.errors)


def _blamed(row: Row, *columns: str) -> Where:
    """Return the place of the first of the columns that the row fills, else of its rule."""
    return row.where(next((name for name in columns if name in row.values), "rule"))


def _check_weekday_sets(
    row: Row, sets: tuple[frozenset[int], ...], frequency: tuple[int, str, int], faults: Faults
) -> None:
    visits, per, every = frequency
    if sets and (per != "week" or every != 1):
        problem = text("combinations of weekdays need a rule per week.")
        faults.add(
            _blamed(row, "weekday_sets", "visits", "per", "every"),
            problem,
            text("Set per to week and every to 1, or empty this cell."),
        )
    elif any(len(days) != visits for days in sets):
        problem = text("a combination does not have {visits} weekdays, one for each visit.", visits=visits)
        faults.add(
            _blamed(row, "weekday_sets", "visits", "per", "every"),
            problem,
            text("Write it like Mon+Thu|Tue+Fri for 2 visits."),
        )
