"""Who is meant: ids and names of one table, looked up from the cells of another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from planner.errors import Where
from planner.language import Text, text
from planner.rules import VisitRule
from planner.tables.cell import quote
from planner.tables.cells import LONGEST_ID
from planner.tables.faults import Faults, suggest
from planner.tables.reading import Row, Table
from planner.tables.words import half_width


@dataclass(slots=True)
class Register:
    """The rows of a table by id, and the ids by name.

    ``broken`` are ids of rows whose faults have been noted. ``is_known`` is false where the table itself is
    missing or empty, which has been noted: then nobody is blamed for referring to it.
    """

    kind: Text
    row_by_id: dict[str, Row] = field(default_factory=dict)
    ids_by_name: dict[str, list[str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    is_known: bool = True
    rule_by_id: dict[str, VisitRule] = field(default_factory=dict)  # built rules, of the sheet rules as they stand

    def find(self, word: str) -> str | None:
        """Return the id that the word, an id or a name borne by one row only, stands for."""
        for written in (word, half_width(word)):
            if written in self.row_by_id:
                return written
            ids = self.ids_by_name.get(written, [])
            if len(ids) == 1:
                return ids[0]
        return None

    @property
    def words(self) -> list[str]:
        """Everything a row can be called by."""
        return [*self.row_by_id, *self.ids_by_name]


def row_id(row: Row) -> str:
    """Return the id of a row, which is its name where no id is given; empty where there is neither."""
    return str(row.get("id") or half_width(row.get("name", ""))[:LONGEST_ID])


def register_rows(table: Table | None, kind: Text, faults: Faults, *, is_needed: bool = True) -> Register:
    """Return the register of a table; rows without id or with one that is taken are noted."""
    is_missing = table is None or (table.sheet.is_required and not table.rows)
    register = Register(kind, is_known=not is_missing or not is_needed)
    for row in table.rows if table else ():
        identity = row_id(row)
        if not identity:
            if not row.faulty & {"id", "name"}:
                faults.add(
                    row.where("id"), text("the row has neither id nor name."), text("Give it a short unique id.")
                )
            continue
        if identity in register.row_by_id:
            first = register.row_by_id[identity].place.row
            problem = text("{id} is also the id of row {row}.", id=quote(identity), row=first)
            faults.add(row.where("id" if "id" in row.values else "name"), problem, text("Give each row its own id."))
            continue
        register.row_by_id[identity] = row
        name = row.get("name")
        if name and name != identity:
            register.ids_by_name.setdefault(name, []).append(identity)
    return register


def find_or_note(where: Where, word: str, register: Register, faults: Faults) -> str | None:
    """Return the id a cell refers to; an unknown or ambiguous word is noted."""
    found = register.find(word)
    if found is not None:
        return found
    if not is_shared_name(where, word, register, faults) and register.is_known:
        note_unknown(where, word, register.words, register.kind, faults)
    return None


def is_shared_name(where: Where, word: str, register: Register, faults: Faults) -> bool:
    """Return whether several rows bear the name, and note it."""
    ids = register.ids_by_name.get(word) or register.ids_by_name.get(half_width(word), [])
    if len(ids) < 2:
        return False
    problem = text("more than one {kind} is called {word}.", kind=register.kind, word=quote(word))
    faults.add(where, problem, text("Write the id: {ids}.", ids=", ".join(ids[:5])))
    return True


def note_unknown(where: Where, word: str, known: Iterable[str], kind: Text, faults: Faults) -> None:
    """Note a word that names nothing, with what may have been meant."""
    known = list(known)
    otherwise = (
        text("Write one of: {known}.", known=", ".join(sorted(known)[:5]))
        if known
        else text("There is none yet: add a row to its sheet.")
    )
    problem = text("there is no {kind} {word}.", kind=kind, word=quote(word))
    faults.add(where, problem, suggest(word, known, otherwise))
