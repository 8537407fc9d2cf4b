"""The sheet outcomes: what came of visits that were planned before."""

from __future__ import annotations

from collections.abc import Iterable

from planner.errors import Where
from planner.history import PastVisit
from planner.language import Text, text
from planner.model import Site
from planner.tables.faults import Faults
from planner.tables.pins import rule_meant
from planner.tables.reading import Row, Table
from planner.tables.references import Register, find_or_note


def read_outcomes(
    table: Table | None, registers: tuple[Register, Register], sites: Iterable[Site], faults: Faults
) -> tuple[PastVisit, ...]:
    """Return the visits of the past in order of their days; what is wrong is noted.

    ``registers`` are those of villages and rules. The several teams of a joint session have one row; a team may be gone
    since, so nobody is asked for it.
    """
    villages, rules = registers
    by_id = {site.id: site for site in sites}
    found: dict[tuple[str, str, object], tuple[PastVisit, Where]] = {}
    for row in table.rows if table else ():
        word = row.get("village")
        site_id = find_or_note(row.where("village"), word, villages, faults) if word is not None else None
        rule_id = rule_meant(row, by_id[site_id], rules, faults) if site_id in by_id else None
        is_sound = _agrees(row, faults)
        if row.faulty or site_id is None or rule_id is None or not is_sound:
            continue
        visit = _visit(row, site_id, rule_id)
        first = found.setdefault((site_id, rule_id, visit.day), (visit, row.where("date")))
        if first[0] is not visit:
            problem = text("what came of this visit also stands in row {row}.", row=first[1].row)
            faults.add(row.where("date"), problem, text("Keep one of the rows."))
    visits = [visit for visit, _ in found.values()]
    return tuple(sorted(visits, key=lambda visit: (visit.day, visit.site_id, visit.rule_id)))


def _visit(row: Row, site_id: str, rule_id: str) -> PastVisit:
    outcome = row.get("outcome")
    return PastVisit(
        site_id=site_id,
        rule_id=rule_id,
        day=row.get("date"),
        is_held=None if outcome is None else outcome == "held",
        why=row.get("reason", "other") if outcome == "missed" else None,
        people=row.get("people"),
        referrals=row.get("referrals"),
    )


def _agrees(row: Row, faults: Faults) -> bool:
    """Return whether the cells of a row can all be true, and note those that cannot."""
    outcome, people, referrals = row.get("outcome"), row.get("people"), row.get("referrals", 0)
    wrong: list[tuple[str, Text, Text]] = []
    if outcome != "missed" and "reason" in row.values:
        wrong.append(
            (
                "reason",
                text("there is a reason for missing the visit, but it does not say missed."),
                text("Write missed in the column outcome, or empty this cell."),
            )
        )
    if outcome != "held" and (people or referrals):
        wrong.append(
            (
                "people" if people else "referrals",
                text("people were seen, but the row does not say that the visit was held."),
                text("Write held in the column outcome, or empty this cell."),
            )
        )
    elif people is not None and referrals > people:
        problem = text("{referrals} referrals of {people} people.", referrals=referrals, people=people)
        wrong.append(("referrals", problem, text("Referrals are some of the people: correct one of the two.")))
    if row.faulty & {"outcome", "people", "referrals"}:
        return False
    for column, problem, remedy in wrong:
        faults.add(row.where(column), problem, remedy)
    return not wrong
