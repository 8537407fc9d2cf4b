"""The text messages as CSV for Excel, WPS and the programs that send them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from planner.language import say, text
from planner.sms import Message

HEADINGS = (
    text("Send on"),
    text("Visit on"),
    text("Id"),
    text("Village"),
    text("Township"),
    text("Text message"),
    text("Length"),
    text("Longest"),
    text("Fits"),
)
STARTS_FORMULA = frozenset("=+-@＝＋－＠\t\r\n")


def write_sms(path: Path, messages: Iterable[Message], language: str) -> None:
    """Write a row for each message, as UTF-8 with the mark that Excel and WPS look for."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([say(heading, language) for heading in HEADINGS])
    for message in sorted(messages, key=lambda m: (m.day, m.township, m.site_id, m.said)):
        fits = text("yes") if message.fits else text("no")
        known = (message.site_id, message.village, message.township, message.said)
        cells = [message.send_on, message.day, *map(harmless, known), message.length, message.most, say(fits, language)]
        writer.writerow(cells)
    path.write_bytes(written.getvalue().encode("utf-8-sig", "replace"))


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; the name stays whole behind an apostrophe."""
    return f"'{cell}" if cell.lstrip(" ")[:1] in STARTS_FORMULA else cell
