"""Lines of numbers: what stands where, and faults that name file, line, what was found and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TypeVar

from planner.errors import InputError, Issue, Where
from planner.language import Text, text

MOST_BYTES = 20_000_000  # the largest published instance has 40 kB
LARGEST = 1e9
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, split into words; ``number`` counts from 1."""

    file: str
    number: int
    words: tuple[str, ...]

    def fault(self, problem: Text, remedy: Text) -> InputError:
        """Return the error that says what is wrong with this line."""
        return InputError([Issue(Where(self.file, row=self.number), problem, remedy)])

    def need(self, count: int, names: str) -> None:
        """Raise InputError unless the line has at least ``count`` numbers, called ``names``."""
        if len(self.words) < count:
            problem = text("Numbers found: {found}; needed: {count}.", found=len(self.words), count=count)
            raise self.fault(problem, text("Write: {names}.", names=names))

    def real(self, position: int, name: Text, *, least: float = -LARGEST) -> float:
        """Return the number at a position from 0; raises InputError when it is none, or outside its bounds."""
        word = self.words[position]
        try:
            value = float(word)
        except ValueError:
            value = float("nan")
        if not isfinite(value) or not least <= value <= LARGEST:
            problem = text('"{word}" cannot be {name}.', word=word, name=name)
            bounds = {"least": f"{least:g}", "most": f"{LARGEST:g}"}
            raise self.fault(problem, text("Write a number from {least} to {most}.", **bounds))
        return value

    def whole(self, position: int, name: Text, *, least: int = 0, most: int = 10**9) -> int:
        """Return the whole number at a position from 0; raises InputError like ``real``."""
        word = self.words[position]
        try:
            value = float(word) if "." in word else int(word)
        except ValueError:
            value = float("nan")
        if not (least <= value <= most and value == int(value)):  # false for NaN, before int() would fail
            problem = text('"{word}" cannot be {name}.', word=word, name=name)
            raise self.fault(problem, text("Write a whole number from {least} to {most}.", least=least, most=most))
        return int(value)


def read_lines(path: Path) -> tuple[Line, ...]:
    """Return the lines of a file that are not empty.

    Raises
    ------
    InputError
        When the file cannot be read, is empty, or is far larger than any instance.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as fault:
        problem = text("The file cannot be read: {why}.", why=fault.strerror or "?")
        raise InputError([Issue(Where(str(path)), problem, text("Give the path of an instance."))]) from None
    rows = enumerate(content.decode("latin-1").splitlines(), start=1)
    lines = tuple(Line(path.name, number, tuple(row.split())) for number, row in rows if row.strip())
    if not lines or len(content) > MOST_BYTES:
        problem = text("The file is no instance: it has {size} bytes.", size=len(content))
        raise InputError([Issue(Where(path.name), problem, text("Give the path of an instance."))])
    return lines


def read_each(lines: Sequence[Line], read: Callable[[Line], Read]) -> tuple[Read, ...]:
    """Return what ``read`` makes of each line; raises InputError with the faults of all of them."""
    found: list[Read] = []
    issues: list[Issue] = []
    for line in lines:
        try:
            found.append(read(line))
        except InputError as fault:
            issues += fault.issues
    if issues:
        raise InputError(issues)
    return tuple(found)
