"""Roads that several days or legs share."""

from __future__ import annotations

import pytest

from maps.bundles import bundle
from maps.stretches import cut_legs

ROAD = [(0.0, 50.0), (100.0, 50.0)]


def test_bundle_leaves_a_single_day_on_the_road() -> None:
    """One day: its line is the road."""
    (line,) = bundle({0: [ROAD]}, spacing=1.0)[0]
    assert line == ROAD


def test_bundle_draws_a_way_out_and_back_once() -> None:
    """The same road in both directions is one strand."""
    strands = bundle({0: [ROAD, ROAD[::-1]]}, spacing=1.0)[0]
    assert len(strands) == 1


def test_bundle_puts_two_days_side_by_side() -> None:
    """Two days on one road, one of them simplified otherwise: half a spacing to either side."""
    found = bundle({0: [ROAD], 1: [[(0.0, 50.0), (33.3, 50.0), (100.0, 50.0)]]}, spacing=1.0)
    heights = sorted(found[day][0][0][1] for day in (0, 1))
    assert heights == pytest.approx([49.5, 50.5])


def test_bundle_joins_a_day_where_its_company_leaves() -> None:
    """The second day turns off half way; the first day's line goes on without a gap."""
    turning = [(0.0, 50.0), (50.0, 50.0), (50.0, 90.0)]
    found = bundle({0: [ROAD], 1: [turning]}, spacing=1.0)
    assert len(found[0]) == 1
    assert found[0][0][-1] == (100.0, 50.0)


def test_cut_legs_stores_a_shared_road_once() -> None:
    """Two legs leave the base on one road and part after its middle: three stretches, the first in both."""
    trunk = ((110.0, 29.0), (110.1, 29.0))
    found = cut_legs([(*trunk, (110.2, 29.1)), (*trunk, (110.2, 28.9))])
    assert len(found.lines) == 3
    assert set(found.by_leg[0]) & set(found.by_leg[1]) == {found.lines.index(trunk)}


def test_cut_legs_knows_the_way_back() -> None:
    """A leg and its reverse follow the same stretch."""
    leg = ((110.0, 29.0), (110.1, 29.05), (110.2, 29.1))
    assert cut_legs([leg, leg[::-1]]).by_leg == ((0,), (0,))


def test_cut_legs_of_no_length_have_no_stretch() -> None:
    """Two places where the vehicle stops once."""
    assert cut_legs([((110.0, 29.0), (110.0, 29.0))]).by_leg == ((),)
