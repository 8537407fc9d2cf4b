"""How strongly distances to the road say that some places of a table are read in another system of coordinates.

A village lies beside a road. How much denser villages are at a distance from the road than any ground is, ``density``,
is all that is known: of places read rightly it is that of the distance as read, of misread places that of the
distance when they are read in the other system; a place where a road is missing on the map is like any ground. The
evidence is the likelihood with misread places over that without, both averaged over what nobody knows: how far
villages lie from roads, how many lie anywhere, how many places are misread, and whether those are rows anywhere in the
table or rows that follow each other (pasted in together).

Any ground is seen by moving the places as far into other directions, where no system is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FINEST_METRES = 10.0  # nobody records a village more exactly
POWERS = ((2, 1.4826), (3, 1.37))  # of exp(-distance ** power): how fast villages thin out; median to scale
SCALES = (0.7, 0.85, 1.0, 1.2)  # for the median of few villages, some of them misread, is not exact
STRAYS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 0.97)  # of rightly read places that lie anywhere
FEW_STRAYS = 0.99  # how sure it is beforehand that it is the first of them: roads are given, and villages are at roads
SHARES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 0.9)  # of misread places
RUNS = (2, 3, 4, 5, 7, 10, 14, 20, 28)  # of misread rows that follow each other
WITHIN_RUN = 0.9  # of the places of a run that are misread
BESIDE = 0.5  # of the distance of any ground: places that lie no nearer say nothing
BINS, BINS_TO_MEDIAN, SMOOTH_BINS = 160, 12, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """``evidence`` in nats, and how likely each place is a misread one, if any is."""

    evidence: float
    chances: Floats


def judge(before: Floats, after: Floats, anywhere: Floats) -> Judgement:
    """Return what the metres to the road say: as read, in another system, of any ground; places in table order."""
    near = max(FINEST_METRES, min(float(np.median(before)), float(np.median(after))))
    if near > BESIDE * float(np.median(anywhere)):
        return Judgement(evidence=-math.inf, chances=np.zeros(len(before)))
    ground = _Ground(anywhere)
    beside = [(power, near * to_scale * scale) for power, to_scale in POWERS for scale in SCALES]
    here, there = (
        np.array([_half_bell(metres, *bell) / ground.at(metres) for bell in beside]) for metres in (before, after)
    )
    stray = np.array(STRAYS)[:, None, None]
    rightly, misread = ((1 - stray) * beside_road + stray for beside_road in (here, there))  # by stray, bell, place
    without = np.log(rightly).sum(axis=-1) + np.log(list(_stray_priors()))[:, None]
    found = [*_anywhere_in_table(rightly, misread), *_in_runs(rightly, misread)]
    logs = np.array([without + ratios for ratios, _ in found])
    total = float(_log_sum(logs.ravel()))
    chances = sum(np.einsum("sb,sbp->p", np.exp(part - total), own) for part, (_, own) in zip(logs, found, strict=True))
    return Judgement(evidence=total - float(_log_sum(without.ravel())), chances=np.asarray(chances))


class _Ground:
    """How dense distances are of any ground: a smoothed histogram."""

    def __init__(self, metres: Floats) -> None:
        self.width = float(np.median(metres)) / BINS_TO_MEDIAN
        counts = np.bincount(self._bin(metres), minlength=BINS).astype(np.float64)
        smooth = _smoothed(counts) + 0.1 * len(metres) / BINS
        self.heights = smooth / smooth.sum() / self.width

    def _bin(self, metres: Floats) -> NDArray[np.int64]:
        return np.minimum(metres / self.width, BINS - 1).astype(np.int64)

    def at(self, metres: Floats) -> Floats:
        middles = (np.arange(BINS) + 0.5) * self.width
        return np.asarray(np.interp(metres, middles, self.heights))


def _smoothed(counts: Floats) -> Floats:
    """Return counts run into their neighbours, as scipy's gaussian_filter1d does, which loads for a quarter second."""
    reach = round(4 * SMOOTH_BINS)
    bell = np.exp(-((np.arange(-reach, reach + 1) / SMOOTH_BINS) ** 2) / 2)
    return np.convolve(np.pad(counts, reach, mode="symmetric"), bell / bell.sum(), mode="valid")


def _log_sum(logs: Floats) -> Floats:
    """Return the logarithm of the sum of the exponentials along the last axis."""
    most = logs.max(axis=-1)
    return np.asarray(most + np.log(np.exp(logs - most[..., None]).sum(axis=-1)))


def _half_bell(metres: Floats, power: int, scale: float) -> Floats:
    norm = scale * 2 ** (1 / power) * math.gamma(1 + 1 / power)
    return np.asarray(np.exp(-((metres / scale) ** power) / 2) / norm)


def _stray_priors() -> Iterator[float]:
    yield FEW_STRAYS
    yield from [(1 - FEW_STRAYS) / (len(STRAYS) - 1)] * (len(STRAYS) - 1)


def _anywhere_in_table(rightly: Floats, misread: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Yield for each share the log-likelihood ratio, by stray and bell, and each place's chance, by place too."""
    for share in SHARES:
        both = (1 - share) * rightly + share * misread
        yield np.log(both / rightly).sum(axis=-1) - math.log(2 * len(SHARES)), share * misread / both


def _in_runs(rightly: Floats, misread: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Yield the same for each length of a run of rows, averaged over where it begins."""
    places = rightly.shape[-1]
    both = (1 - WITHIN_RUN) * rightly + WITHIN_RUN * misread
    sums = _sums_before(np.log(both / rightly))
    lengths: Sequence[int] = [run for run in RUNS if run < places / 2]
    for run in lengths:
        windows = sums[..., run:] - sums[..., :-run]  # by where the run begins
        total = _log_sum(windows)
        begun = _sums_before(np.exp(windows - total[..., None]))
        after = np.arange(1, places + 1)
        covered = begun[..., np.minimum(after, windows.shape[-1])] - begun[..., np.maximum(after - run, 0)]
        yield total - math.log(2 * len(lengths) * windows.shape[-1]), covered * WITHIN_RUN * misread / both


def _sums_before(values: Floats) -> Floats:
    """Return along the last axis the sum of all values before each, and of all."""
    return np.pad(np.cumsum(values, axis=-1), [(0, 0)] * (values.ndim - 1) + [(1, 0)])
