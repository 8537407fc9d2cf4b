"""The collector of everything wrong with the input, and the likely-typo suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches

from planner.errors import InputError, Issue, ModelError, Where
from planner.language import Text, text

MOST_ISSUES = 1_000  # one report; a wrong column in 20,000 rows is understood long before


@dataclass(slots=True)
class Faults:
    """Collects errors and warnings while everything is read, so that all are told at once.

    ``doubts`` are warnings that may be what the errors come from: they are told with them.
    """

    errors: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)
    doubts: list[Issue] = field(default_factory=list)

    def add(self, where: Where, problem: Text, remedy: Text) -> None:
        """Note an error."""
        self.errors.append(Issue(where, problem, remedy))

    def warn(self, where: Where, problem: Text, remedy: Text) -> None:
        """Note a warning."""
        self.warnings.append(Issue(where, problem, remedy, is_warning=True))

    def doubt(self, where: Where, problem: Text, remedy: Text) -> None:
        """Note a warning that is told with the errors too."""
        self.doubts.append(Issue(where, problem, remedy, is_warning=True))

    def add_model_error(self, where: Where, error: ModelError) -> None:
        """Note a value the model refuses."""
        self.add(where, error.problem, error.remedy)

    def raise_if_any(self) -> None:
        """Raise InputError with every error and doubt, at most ``MOST_ISSUES`` errors, if there is an error."""
        if not self.errors:
            return
        told = sorted([*self.errors[:MOST_ISSUES], *self.doubts], key=_order)
        more = len(self.errors) - MOST_ISSUES
        if more > 0:
            told.append(Issue(Where(), text("{n} more faults are not shown.", n=more), text("Correct these first.")))
        raise InputError(told)

    def notices(self) -> tuple[Issue, ...]:
        """Return the warnings in the order of the input."""
        return tuple(sorted([*self.warnings, *self.doubts], key=_order))


def _order(issue: Issue) -> tuple[str, str, int, str]:
    where = issue.where
    return where.file, str(where.sheet), where.row or 0, str(where.column)


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was likely meant, or None."""
    by_folded = {k.casefold(): k for k in sorted(known)}
    cutoff = 0.6 if len(word) > 2 else 0.5
    found = get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=cutoff)
    return by_folded[found[0]] if found else None


def alikeness(one: str, other: str) -> float:
    """Return from 0 to 1 how alike two words are."""
    return SequenceMatcher(None, other.casefold(), one.casefold()).ratio()


def suggest(word: str, known: Iterable[str], otherwise: Text) -> Text:
    """Return "Did you mean …?" when a known word is close, else the other remedy."""
    near = closest(word, known)
    return text('Did you mean "{near}"?', near=near) if near is not None else otherwise
