"""The sheet pins: visits that are fixed beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from planner.errors import InputError, Issue, Where
from planner.language import Text, text
from planner.model import Horizon, Pin, Site
from planner.tables.cell import quote
from planner.tables.faults import Faults, suggest
from planner.tables.reading import Row, Table
from planner.tables.references import Register, find_or_note
from planner.tables.words import read_frequency, say_frequency


def read_pins(
    table: Table | None, registers: tuple[Register, Register, Register], sites: Iterable[Site], faults: Faults
) -> Mapping[Pin, Where]:
    """Return the fixed visits and the cell of each one's day; what is wrong is noted.

    ``registers`` are those of villages, rules and teams. A village without rules has had its fault noted.
    """
    villages, rules, teams = registers
    by_id = {site.id: site for site in sites}
    found: dict[Pin, Where] = {}
    for row in table.rows if table else ():
        word = row.get("village")
        site_id = find_or_note(row.where("village"), word, villages, faults) if word is not None else None
        team = row.get("team")
        team_id = find_or_note(row.where("team"), team, teams, faults) if team is not None else None
        rule_id = rule_meant(row, by_id[site_id], rules, faults) if site_id in by_id else None
        if row.faulty or site_id is None or rule_id is None or (team is not None and team_id is None):
            continue
        pin = Pin(site_id=site_id, rule_id=rule_id, day=row.get("date"), team_id=team_id)
        if pin in found:
            problem = text("this visit is also fixed in row {row}.", row=found[pin].row)
            faults.add(row.where("date"), problem, text("Keep one of the rows."))
        found.setdefault(pin, row.where("date"))
    return found


def rule_meant(row: Row, site: Site, rules: Register, faults: Faults) -> str | None:
    """Return the id of the rule a row means; a village with one rule need not say it."""
    named = [rule.id for rule in site.rules]
    word = row.get("rule")
    if word is None:
        if len(named) == 1:
            return named[0]
        if "rule" not in row.faulty:
            problem = text("the village has more than one rule, and the row does not say which.")
            faults.add(row.where("rule"), problem, _one_of(named))
        return None
    short = read_frequency(word)
    meant = rules.find(word) or (say_frequency(*short) if short else word)
    if meant in named:
        return meant
    faults.add(
        row.where("rule"),
        text("the village has no rule {word}.", word=quote(word)),
        suggest(word, named, _one_of(named)),
    )
    return None


def _one_of(named: list[str]) -> Text:
    return text("Write one of the village's rules: {named}.", named=", ".join(named))


def refuse_pins_outside(pins: Mapping[Pin, Where], horizon: Horizon) -> None:
    """Raise InputError that names the cell of every fixed visit on a day that is not planned."""
    outside = [
        Issue(
            where,
            text(
                "the visit is fixed for {day}, but planned are {first} to {last}.",
                day=pin.day,
                first=horizon.start,
                last=horizon.last,
            ),
            text("Correct the date, take the row out, or plan these days too."),
        )
        for pin, where in pins.items()
        if not horizon.start <= pin.day <= horizon.last
    ]
    if outside:
        raise InputError(outside)
