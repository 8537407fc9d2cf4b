"""The parts of the judgement on misread places that have a known answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from maps.misreadings import BINS, SMOOTH_BINS, _smoothed


@pytest.mark.parametrize("seed", range(5))
def test_counts_are_smoothed_as_a_well_known_filter_does(seed: int) -> None:
    """scipy's, whose ends are reflected: a bin of nothing beside a full one gets its share."""
    counts = np.random.default_rng(seed).integers(0, 30, BINS).astype(np.float64)
    assert _smoothed(counts) == pytest.approx(gaussian_filter1d(counts, SMOOTH_BINS, mode="reflect"), abs=1e-9)
