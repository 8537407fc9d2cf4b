"""A crew sheet from a black printer: the days are told apart by their dashes, and routes stand out from roads."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.styles import DAY_STYLES
from tests.end_to_end.browsing import HAS_CHROMIUM, open_page
from tests.end_to_end.reference_sheets import sheet_by_hand
from tests.end_to_end.scanning import HAS_PDFTOPPM, MILLIMETRES, scan

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [HAS_CHROMIUM, HAS_PDFTOPPM]
SEEN = 0.4  # millimetres by which a stroke must be longer than another to be seen as another one
ROAD = 0xA3  # of the main roads, the darkest thing below the routes
# The middle of each day's line in the list beside the map: left, right and height, in millimetres of the page.
LINES = """
() => [...document.querySelectorAll(".days svg.sample")].map(line => {
  const page = line.closest("section").getBoundingClientRect(), at = line.getBoundingClientRect(), mm = 96 / 25.4;
  return [(at.left - page.left) / mm, (at.right - page.left) / mm, ((at.top + at.bottom) / 2 - page.top) / mm];
})
"""


def strokes(page: np.ndarray[Any, Any], left: float, right: float, y: float) -> list[float]:
    """Return the lengths of the dark strokes along a line, without those that its ends may have cut."""
    row = round(y / MILLIMETRES)
    grey = page[row - 1 : row + 2, round(left / MILLIMETRES) : round(right / MILLIMETRES)].min(axis=0)
    is_dark = (grey < (ROAD + 255) // 2).astype(int)
    assert grey.min() < ROAD - 30
    turns = np.flatnonzero(np.diff(np.concatenate([[0], is_dark, [0]])))
    lengths = [float(end - start) * MILLIMETRES for start, end in turns.reshape(-1, 2)]
    return lengths[:-1] or lengths


def differ(a: list[float], b: list[float]) -> bool:
    """Return whether two rows of strokes look different: more of them, or one of another length."""
    return any(abs(x - y) > SEEN for x, y in zip(a, b, strict=False)) or abs(len(a) - len(b)) > 2


def test_five_days_are_told_apart_on_a_grey_page(browser: Browser, tmp_path: Path) -> None:
    """Printed, scanned in grey: the strokes of each two of the five days differ by what the eye sees; every line is
    darker than the roads; letters and numbers say the day as well."""
    page = open_page(browser, tmp_path, sheet_by_hand("qinyuan")).page
    page.emulate_media(media="print")
    lines = page.evaluate(LINES)
    (tmp_path / "sheet.pdf").write_bytes(page.pdf(prefer_css_page_size=True, print_background=True))
    first = next(scan(tmp_path / "sheet.pdf"))
    seen = [strokes(first, *line) for line in lines]
    assert len(seen) == 5
    assert [(a, b) for a, b in combinations(seen, 2) if not differ(a, b)] == []
    numbers = page.locator("svg.map text.number").all_text_contents()
    assert {number[0] for number in numbers} == set("ABCDE")


def test_dash_patterns_of_a_week_are_all_different() -> None:
    """Seven days: seven patterns, each long enough to repeat twice on the line in the list; one of them is solid."""
    patterns = [tuple(float(n) for n in style.dash.split()) for style in DAY_STYLES]
    assert len(set(patterns)) == 7
    assert patterns.count(()) == 1
    assert max(map(sum, patterns)) <= 15 / 2
