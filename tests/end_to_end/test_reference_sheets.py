"""One crew sheet of each sample against its reference: the same things on it, wherever they stand."""

from __future__ import annotations

import json
from functools import cache

import pytest

from tests.end_to_end.reference_sheets import BACKGROUND, path_of, sheet_by_hand, structure
from tests.end_to_end.sample_pages import SAMPLES


@cache
def drawn(name: str) -> str:
    """Return the sheet of the week dealt out by hand."""
    return sheet_by_hand(name)


@pytest.mark.parametrize("name", SAMPLES)
def test_sheet_of_a_sample_has_what_its_reference_has(name: str) -> None:
    """Pages, columns, days, dashes, numbers, names, rows and codes as kept; names in the background within a tenth,
    for the last digit of a place may decide about one. How to write a reference again stands in reference_sheets."""
    kept, now = json.loads(path_of(name).read_text("utf-8")), structure(drawn(name))
    assert now.pop(BACKGROUND) == pytest.approx(kept.pop(BACKGROUND), rel=0.1, abs=2)
    assert now == kept


@pytest.mark.parametrize("name", SAMPLES)
def test_reference_sheet_tells_its_days_apart(name: str) -> None:
    """Five days drawn: five dash patterns, all different, the same on the map as in the list; each stop's number
    begins with the letter of its day."""
    found = structure(drawn(name))
    assert len(found["days"]) == len(set(found["dashes on the map"])) == 5
    assert sorted(found["dashes on the map"]) == sorted(found["dashes in the list"])
    assert {number[0] for number in found["numbers on the map"]} == set(found["days"])
    assert len(found["numbers on the map"]) == found["rows"]["stop"] == found["codes"]
