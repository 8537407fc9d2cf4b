"""What is asked of the command line: days, places to write to, and the help in the language of the reader."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import rich_utils

from planner.errors import Issue, Where
from planner.language import Text, locales, say, system_language, text

OUTPUTS = ("plan.json", "report.json", "circuits.xlsx", "index.html", "summary.html")
FOLDERS = ("crew", "notices")
UsageError: Any = typer.BadParameter.__base__  # typer has a copy of click's of its own
# What the help says beside our own words, by the name that typer keeps it under.
FRAME = {
    "ARGUMENTS_PANEL_TITLE": text("Arguments"),
    "OPTIONS_PANEL_TITLE": text("Options"),
    "COMMANDS_PANEL_TITLE": text("Commands"),
    "REQUIRED_LONG_STRING": text("[required]"),
}


if TYPE_CHECKING:

    class Language(StrEnum):
        """A language of messages and pages."""
else:  # typer reads the names off the type
    Language = StrEnum("Language", {name.upper(): name for name in locales()})


class ExitCode(IntEnum):
    """What the process tells the shell."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    INCOMPLETE = 3  # plan made, some visits unserved or soft rules broken
    BAD_DATA = 4
    HARD_RULE_BROKEN = 5
    INTERRUPTED = 130


def default_language() -> Language:
    """Return the language of the system where we speak it, else English."""
    return Language(system_language())


LanguageOption = Annotated[
    Language, typer.Option("--lang", help="Language of messages and pages.", default_factory=default_language)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Put one JSON object on standard output.")]


class UsageFaultError(Exception):
    """Something asked that cannot be done: where, what is wrong, what to ask instead."""

    def __init__(self, place: str, problem: Text, remedy: Text) -> None:
        self.issue = Issue(Where(column=place), problem, remedy)
        super().__init__(str(self.issue))


def parse_day(written: str | None, option: str = "--start") -> date | None:
    """Return the day as the tables would read it: 2026-03-02, 2026/3/2, 2026年3月2日."""
    from planner.tables.cell import quote  # noqa: PLC0415 - loads much
    from planner.tables.cell_times import date_fault, read_date  # noqa: PLC0415

    if written is None:
        return None
    day = read_date(written)
    if day is None:
        fault = date_fault(written)
        problem = text("expected {expected}, but found {found}.", expected=fault.expected, found=quote(written))
        raise UsageFaultError(option, problem, fault.remedy or text("Correct the value."))
    return day


def check_out(out: Path, source: Path | None = None) -> None:
    """Raise UsageFaultError when the outputs cannot take their places, or would take that of the tables in ``source``.

    That is known before the search, not after it.
    """
    if source is not None and _is_same(out, source):
        raise _no_place(text('"{path}" is the folder of the tables: some would be written over.', path=out))
    if source is not None and any(_is_same(out / name, source) for name in OUTPUTS):
        raise _no_place(text('"{path}" would be written over.', path=source))
    if out.exists() and not out.is_dir():
        raise _no_place(text('"{path}" is a file.', path=out))
    ground = next(place for place in (out, *out.absolute().parents) if os.path.lexists(place))
    if not (ground.is_dir() and os.access(ground, os.W_OK | os.X_OK)):
        raise _no_place(text('"{path}" is no folder that can be written to.', path=ground))
    in_the_way = [out / name for name in OUTPUTS if (out / name).is_dir()]
    folders = [out / name for name in FOLDERS]
    in_the_way += [place for place in folders if os.path.lexists(place) and (place.is_symlink() or not place.is_dir())]
    if in_the_way:
        raise _no_place(text('"{path}" is in the way of an output.', path=in_the_way[0]))


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _no_place(problem: Text) -> UsageFaultError:
    return UsageFaultError("--out", problem, text("Give another folder for the plan and the pages."))


def refuse_overwrite(out: Path) -> None:
    """Raise UsageFaultError rather than destroy somebody's filled-in workbook."""
    if out.suffix.lower() != ".xlsx":
        problem = text('"{path}" does not end in .xlsx.', path=out)
        raise UsageFaultError("OUT.xlsx", problem, text("Give a name that ends in .xlsx."))
    if out.exists():
        raise UsageFaultError("OUT.xlsx", text('"{path}" exists already.', path=out), text("Give another name."))


def in_language(command: Any, language: str) -> Any:
    """Return the command with its help in a language, that of its commands and of all their options too."""
    _translate_help(command, language)
    for name, sentence in FRAME.items():
        if hasattr(rich_utils, name):
            setattr(rich_utils, name, say(sentence, language))
    return command


def _translate_help(command: Any, language: str) -> None:
    shown = command.get_help_option(typer.Context(command))  # made once, and kept by the command
    for described in (command, *command.params, *([shown] if shown is not None else [])):
        if getattr(described, "help", None):
            described.help = say(Text(described.help), language)
    for below in getattr(command, "commands", {}).values():
        _translate_help(below, language)


def usage_issue(fault: Any) -> Issue | None:
    """Return what is wrong with the arguments as a sentence of ours; None for a bare call, which has shown the help."""
    kind, parameter = type(fault).__name__, getattr(fault, "param", None)
    place = getattr(fault, "option_name", "") or (_written(parameter) if parameter is not None else "")
    said = text("The command line was not understood: {said}", said=fault.format_message())
    if kind == "NoArgsIsHelpError":
        return None
    if kind == "NoSuchOption":
        said = text("there is no such option.")
    elif kind == "MissingParameter" and place:
        said = text("it is missing.")
    elif kind == "BadParameter" and place:
        said = _wanted(parameter)
    return Issue(Where(column=place), said, text("See the option --help."))


def _written(parameter: Any) -> str:
    """Return how the help shows the name of an option or an argument."""
    is_option = parameter.param_type_name == "option"
    return str(parameter.opts[0] if is_option else parameter.metavar or parameter.name)


def _wanted(parameter: Any) -> Text:
    """Return what a parameter takes, as far as the library tells."""
    kind = getattr(parameter, "type_descriptor", None)
    limits = getattr(kind, "parameter_info", None)
    low, high = getattr(limits, "min", None), getattr(limits, "max", None)
    if low is not None and high is not None:
        return text("expected a number from {low} to {high}.", low=f"{low:.10g}", high=f"{high:.10g}")
    choices = getattr(kind, "choices", None) or ()
    if choices:
        return text("expected one of {choices}.", choices=", ".join(str(choice) for choice in choices))
    return text("this value is not understood.")


def written_json(document: object) -> str:
    """Return a line of JSON for standard output; what its encoding cannot hold is escaped as JSON does it."""
    is_unicode = sys.stdout is not None and (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    return json.dumps(document, ensure_ascii=not is_unicode).encode("utf-8", "replace").decode() + "\n"


def put_out(written: str) -> None:
    """Write to standard output, unless it was closed from the start: then nobody listens."""
    if sys.stdout is not None:
        sys.stdout.write(written)
