"""The error tree, and the report of faults in what a person handed in.

A broken rule or an unserved visit is a result, never an exception. Exceptions are for input that
cannot be understood and for faults of the machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce

from planner.language import Text, say, text


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the input: as much of it as is known. ``row`` counts from 1, as the spreadsheet shows it."""

    file: str = ""
    sheet: Text | str = ""
    row: int | None = None
    column: Text | str = ""

    def said(self) -> Text | str:
        """Return the file, sheet and row as a part of a sentence; empty when none of them is known."""
        return place_words(self.file, self.sheet, self.row)

    def in_language(self, language: str) -> str:
        """Return for example ``county.xlsx, sheet villages, row 14, service_minutes``."""
        parts: list[Text | str] = [self.file]
        if self.sheet:
            parts.append(text("sheet {sheet}", sheet=self.sheet))
        if self.row is not None:
            parts.append(text("row {row}", row=self.row))
        parts.append(self.column)
        said = [say(part, language) for part in parts if part]
        return ("，" if language == "zh" else ", ").join(said)


def place_words(file: object, sheet: object, row: object) -> Text | str:
    """Return a place in the input as a part of a sentence; what is empty is left out."""
    sheets = [text("sheet {sheet}", sheet=sheet)] if sheet else []
    rows = [text("row {row}", row=row)] if row else []
    parts: list[Text | str] = [*([str(file)] if file else []), *sheets, *rows]
    return reduce(lambda first, rest: text("{first}, {rest}", first=first, rest=rest), parts) if parts else ""


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault or warning: where it is, what is wrong, what to do about it."""

    where: Where
    problem: Text
    remedy: Text
    is_warning: bool = False

    def in_language(self, language: str) -> str:
        """Return the whole message on one line."""
        place = self.where.in_language(language)
        colon, gap = ("：", "") if language == "zh" else (": ", " ")
        said = f"{say(self.problem, language)}{gap}{say(self.remedy, language)}"
        return f"{place}{colon}{said}" if place else said

    def __str__(self) -> str:
        return self.in_language("en")


class XunzhenError(Exception):
    """The root: every error the package raises on purpose."""


class ModelError(XunzhenError):
    """A value that no problem may hold. Carries the sentence so that it can be said in either language."""

    def __init__(self, problem: Text, remedy: Text | None = None) -> None:
        self.problem = problem
        self.remedy = remedy or text("Correct the value.")
        super().__init__(f"{problem} {self.remedy}")


@dataclass
class InputError(XunzhenError):
    """Everything wrong with the input, all at once."""

    issues: tuple[Issue, ...] = field(default_factory=tuple)

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))


class SolverError(XunzhenError):
    """The solving process failed without a plan: a fault of the program or the machine, not of the input."""

    def __init__(self, problem: Text, *, stopped: str = "crashed") -> None:
        self.problem, self.stopped = problem, stopped  # "cancelled" and "seconds": nothing was at fault
        super().__init__(str(problem))
