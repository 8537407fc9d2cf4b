"""What the command line says in sentences, on standard error: warnings, and where the files are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from planner.errors import Issue
from planner.language import Text, say, text
from planner.pdf import print_pages

MOST_TOO_LONG = 20  # on the screen; the last column of sms.csv has them all
screen = Console(stderr=True, highlight=False)


def tell(sentence: Text, language: str, *, style: str = "") -> None:
    """Print one sentence on the screen as it is: names with brackets are no mark-up."""
    screen.print(say(sentence, language), style=style, markup=False, soft_wrap=True)


def tell_notices(notices: Iterable[Issue], language: str) -> None:
    """Print every warning about the input."""
    for notice in notices:
        screen.print("! " + notice.in_language(language), style="yellow", markup=False, soft_wrap=True)


def tell_pages(out: Path, written: tuple[Path, ...], language: str) -> None:
    """Say where the pages are."""
    sheets = sum(path.parent.name == "crew" for path in written)
    tell(text("Map: {path}", path=(out / "index.html").resolve()), language, style="bold")
    tell(text("Supervisor summary: {path}", path=(out / "summary.html").resolve()), language)
    tell(text("Crew sheets ({count}): {path}", count=sheets, path=(out / "crew").resolve()), language)
    notices = sum(path.parent.name == "notices" and path.suffix == ".html" for path in written)
    tell(text("Village notices ({count} files): {path}", count=notices, path=(out / "notices").resolve()), language)
    tell(text("Text messages: {path}", path=(out / "notices" / "sms.csv").resolve()), language)
    tell(text("Tables: {path}", path=(out / "circuits.xlsx").resolve()), language)
    tell(text("Plan: {path}", path=(out / "plan.json").resolve()), language)


def tell_printed(written: tuple[Path, ...], browser: str, language: str) -> None:
    """Print the paper pages to PDF, and say how many there are and which the browser failed at."""
    paper = [path for path in written if path.suffix == ".html" and path.name != "index.html"]
    with screen.status(say(text("Printing {count} files to PDF ...", count=len(paper)), language)):
        printed = set(print_pages(paper, browser))
    tell(text("PDF beside the pages: {count}", count=len(printed)), language)
    for path in paper:
        if path.with_suffix(".pdf") not in printed:
            tell(text("Not printed, the browser failed: {path}", path=path), language, style="yellow")


def tell_too_long(sentences: tuple[Text, ...], language: str) -> None:
    """Print which village notices and text messages are longer than they may be, the first of them."""
    for sentence in sentences[:MOST_TOO_LONG]:
        screen.print("! " + say(sentence, language), style="yellow", markup=False, soft_wrap=True)
    if (more := len(sentences) - MOST_TOO_LONG) > 0:
        tell(text("... and {count} more notices or messages that are too long.", count=more), language, style="yellow")
