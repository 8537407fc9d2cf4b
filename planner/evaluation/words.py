"""Small pieces of sentences that several rules share."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from planner.language import Text, text

WEEKDAYS = (
    text("Monday"),
    text("Tuesday"),
    text("Wednesday"),
    text("Thursday"),
    text("Friday"),
    text("Saturday"),
    text("Sunday"),
)

MOST_LISTED = 30  # a plan edited by a machine may name a thing thousands of times


def listing(things: Iterable[Text | str]) -> Text | str:
    """Return the things one after another, as the language separates them; of very many only the first."""
    named = list(things)
    if len(named) <= MOST_LISTED:
        return reduce(_and, named)
    return text("{first} and {count} more", first=reduce(_and, named[:MOST_LISTED]), count=len(named) - MOST_LISTED)


def _and(first: Text | str, rest: Text | str) -> Text:
    return text("{first}, {rest}", first=first, rest=rest)
