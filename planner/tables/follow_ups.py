"""What the sheet rules says of visits that follow others."""

from __future__ import annotations

from collections.abc import Iterable

from planner.follow_ups import first_in_circle
from planner.language import text
from planner.model import Site, Task
from planner.rules import FollowUp
from planner.tables.cell import quote
from planner.tables.faults import Faults, suggest
from planner.tables.reading import Row
from planner.tables.references import Register, find_or_note
from planner.tables.words import read_frequency, say_frequency

NEEDED = ("follows_rule", "after_days_min", "after_days_max")
FOLLOW_CELLS = (*NEEDED, "follows_village")


def read_follow_up(row: Row, rules: Register, villages: Register, faults: Faults) -> FollowUp | None:
    """Return what a row of the sheet rules follows; None where it follows nothing, or what it says was noted."""
    given = [name for name in FOLLOW_CELLS if name in row.values]
    if not given or row.faulty & set(FOLLOW_CELLS):
        return None
    count = len(faults.errors)
    for name in NEEDED:
        if name not in given:
            problem = text("a follow-up needs {name} too.", name=quote(row.where(name).column))
            names = ", ".join(str(row.where(needed).column) for needed in NEEDED)
            faults.add(row.where(given[0]), problem, text("Fill in {names}, or none of them.", names=names))
    rule_id = _leading_rule(row, rules, faults)
    village = row.get("follows_village")
    site_id = find_or_note(row.where("follows_village"), village, villages, faults) if village is not None else None
    low, high = row.get("after_days_min", 1), row.get("after_days_max", 400)
    if low > high:
        problem = text("after_days_min {low} is larger than after_days_max {high}.", low=low, high=high)
        faults.add(row.where("after_days_min"), problem, text("Lower after_days_min or raise after_days_max."))
    if row.get("per", "horizon") != "horizon":
        problem = text("a follow-up counts its visits per horizon: each is asked by a visit that it follows.")
        faults.add(row.where("per"), problem, text("Write horizon, or leave the cell empty."))
    if rule_id is None or count < len(faults.errors):
        return None
    return FollowUp(rule_id=rule_id, site_id=site_id, min_days=low, max_days=high)


def _leading_rule(row: Row, rules: Register, faults: Faults) -> str | None:
    word = row.get("follows_rule")
    if word is None:
        return None
    found, short = rules.find(word), read_frequency(word)
    if found is None and short is None:
        otherwise = text("Write the id of a row of the sheet rules, or a short form such as 2/week.")
        faults.add(
            row.where("follows_rule"),
            text("there is no rule {word}.", word=quote(word)),
            suggest(word, rules.words, otherwise),
        )
        return None
    return found or (say_frequency(*short) if short else None)


def check_leaders(sites: Iterable[Site], rules: Register, faults: Faults) -> None:
    """Note rules that follow what their village, or the one they name, is not visited for, and rules in a circle."""
    by_id = {site.id: site for site in sites}
    leaders: dict[Task, Task] = {}
    blamed: set[str] = set()  # once for each rule: a column of a thousand villages has one fault
    for site in by_id.values():
        for rule in site.rules:
            if rule.follows is None:
                continue
            leader = Task(rule.follows.site_id or site.id, rule.follows.rule_id)
            leaders[Task(site.id, rule.id)] = leader
            other = by_id.get(leader.site_id)  # a village that could not be read has had its fault noted
            if other is None or rule.id in blamed or any(known.id == leader.rule_id for known in other.rules):
                continue
            blamed.add(rule.id)
            problem = text(
                "village {site} has no rule {leader} that could be followed.",
                site=quote(leader.site_id),
                leader=quote(leader.rule_id),
            )
            remedy = text("Give that village the rule too, or take this rule from the villages that have it.")
            faults.add(rules.row_by_id[rule.id].where("follows_rule"), problem, remedy)
    circle = first_in_circle(leaders)
    if circle is not None:
        problem = text("the rule follows itself, by itself or over others.")
        faults.add(
            rules.row_by_id[circle.rule_id].where("follows_rule"), problem, text("Let the first follow nothing.")
        )
