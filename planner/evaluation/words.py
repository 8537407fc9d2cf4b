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


def listing(things: Iterable[Text | str]) -> Text | str:
    """Return the things one after another, as the language separates them."""
    return reduce(lambda first, rest: text("{first}, {rest}", first=first, rest=rest), things)
