"""Colours and dash patterns that mean the same on the page and on paper.

Days have a colour and a dash pattern each, so that a grey print still tells them apart; the colours are Okabe and
Ito's, told apart by colour-blind readers too. Dashes in millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

DAY_LETTERS = "ABCDEFG"  # Monday is A, so that a letter means the same day every week

MAJOR_ROADS = frozenset(
    {"motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link"}
)
MIDDLE_ROADS = frozenset({"tertiary", "tertiary_link", "unclassified", "road"})


@dataclass(frozen=True, slots=True)
class DayStyle:
    """How a weekday's line looks."""

    colour: str
    dash: str  # of SVG's stroke-dasharray; empty: solid


DAY_STYLES = (
    DayStyle("#111111", ""),
    DayStyle("#0072b2", "2.6 1.1"),
    DayStyle("#d55e00", "0.9 0.8"),
    DayStyle("#008f68", "3.4 0.9 0.9 0.9"),
    DayStyle("#b8528f", "5.5 1.4"),
    DayStyle("#6a4fb3", "3 0.8 0.8 0.8 0.8 0.8"),
    DayStyle("#8a6a12", "1.6 0.7 0.6 0.7"),
)

TEAM_COLOURS = (
    "#0072b2",
    "#d55e00",
    "#008f68",
    "#b8528f",
    "#6a4fb3",
    "#8a6a12",
    "#2a9bd6",
    "#a3271f",
    "#4d7c0f",
    "#3f3f46",
    "#db5a9c",
    "#0f766e",
)


RANKS = 3  # of roads


def road_rank(road_class: str) -> int:
    """Return 0 for a main road, 1 for a township or village road, 2 for anything smaller."""
    if road_class in MAJOR_ROADS:
        return 0
    return 1 if road_class in MIDDLE_ROADS else 2
