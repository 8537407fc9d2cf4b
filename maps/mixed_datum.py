"""Places that were recorded in another system of coordinates than their table says, found by their distance to roads.

A village lies beside a road. Read in the wrong system it lies some hundred metres off, and reading it in the right one
brings it back. By chance a place far from the road may be brought nearer too: how often is seen by moving all places
as far into the three other directions (turned by 90, 180 and 270 degrees), where no system is.

The evidence is the log-likelihood of a mixture: a share of the places is misread, the others are not. Distances of
places read rightly are taken as normal, of places moved anywhere as exponential; some right ones lie anywhere too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.geo import to_plane
from maps.segments import Segments
from maps.snapping import Place
from planner.datum import Datum, from_wgs84, to_wgs84
from planner.errors import Issue, Where
from planner.language import text

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SHIFTED: tuple[Datum, ...] = ("WGS-84", "GCJ-02", "BD-09")  # CGCS2000 is WGS-84 here
MEDIAN_TO_SIGMA = 1.4826
FINEST_METRES = 10.0  # nobody records a village more exactly
STRAY = 0.05  # of rightly read places that lie anywhere, for example where a road is missing on the map
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 0.97)  # of misread places that are tried
ENOUGH = 1.0  # nats more than in any direction where no system is: honest sample counties stay below 0.4
NAMED_AT_MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """Places that look like those of another system, how far they are from the road then and now, the evidence."""

    other: Datum
    is_odd: Bools
    before: Floats
    after: Floats
    evidence: float


def datum_notices(segments: Segments, places: Sequence[Place], datums: Mapping[str, Datum]) -> tuple[Issue, ...]:
    """Return a warning for each system of which some places seem to be in another; ``datums`` by place id."""
    if not segments.may_stop.any():
        return ()
    tree = shapely.STRtree(segments.plane_stops[segments.may_stop])
    found = []
    for declared in SHIFTED:
        group = [place for place in places if _same(datums.get(place.id, "WGS-84"), declared)]
        finding = _odd_places(tree, segments.latitude, group, declared) if group else None
        if finding is not None:
            found.append(_issue(group, declared, finding))
    return tuple(found)


def _same(datum: Datum, declared: Datum) -> bool:
    return (declared if datum == "CGCS2000" and declared == "WGS-84" else datum) == declared


def _odd_places(tree: shapely.STRtree, latitude: float, places: Sequence[Place], declared: Datum) -> _Finding | None:
    """Return the system that more places would gain from than chance explains, or None."""
    lon, lat = (np.array([getattr(place, name) for place in places]) for name in ("lon", "lat"))
    before = _metres_to_road(tree, latitude, lon, lat)
    written = from_wgs84(lon, lat, declared)
    findings = []
    for other in SHIFTED:
        x, y = to_wgs84(*written, other)
        if other != declared and not np.array_equal(x, lon):
            after = _metres_to_road(tree, latitude, x, y)
            anywhere = list(_turned(tree, latitude, (lon, lat), (x, y)))
            findings.append(_compare(other, before, after, anywhere))
    best = max(findings, key=lambda finding: finding.evidence, default=None)
    return best if best is not None and best.evidence >= ENOUGH and best.is_odd.sum() >= 2 else None


def _compare(other: Datum, before: Floats, after: Floats, anywhere: Sequence[Floats]) -> _Finding:
    """Return what speaks for places of another system, beyond what speaks for the directions where no system is."""
    near = max(FINEST_METRES, min(float(np.median(before)), float(np.median(after))) * MEDIAN_TO_SIGMA)
    wide = max(near, float(np.mean(np.concatenate(anywhere))))
    ratios = [_ratio(before, near, wide) / _ratio(at, near, wide) for at in (after, *anywhere)]
    (support, share), *by_chance = [_support(ratio) for ratio in ratios]
    odds = share * ratios[0] / (1 - share)
    evidence = support - max(found for found, _ in by_chance)
    return _Finding(other=other, is_odd=odds > 1, before=before, after=after, evidence=evidence)


def _ratio(metres: Floats, near: float, wide: float) -> Floats:
    """Return how much likelier a distance is of a place that lies anywhere than of one that is read rightly."""
    held = np.minimum(metres, 20 * wide)
    anywhere = np.exp(-held / wide) / wide
    beside = np.exp(-((held / near) ** 2) / 2) / near * math.sqrt(2 / math.pi)
    return np.asarray(anywhere / ((1 - STRAY) * beside + STRAY * anywhere))


def _support(ratio: Floats) -> tuple[float, float]:
    """Return the most that a share of misread places explains, in nats, and that share."""
    return max((float(np.log1p(share * (ratio - 1)).sum()), share) for share in SHARES)


def _turned(
    tree: shapely.STRtree, latitude: float, here: tuple[Floats, Floats], there: tuple[Floats, Floats]
) -> Iterator[Floats]:
    """Yield the distances to the road after moving as far in the three other directions."""
    narrow = math.cos(math.radians(latitude))
    east, north = (there[0] - here[0]) * narrow, there[1] - here[1]
    for a, b in ((-north, east), (-east, -north), (north, -east)):
        yield _metres_to_road(tree, latitude, here[0] + a / narrow, here[1] + b)


def _metres_to_road(tree: shapely.STRtree, latitude: float, lon: Floats, lat: Floats) -> Floats:
    flat = to_plane(shapely.points(np.column_stack((lon, lat))), latitude)
    (rows, _), metres = tree.query_nearest(flat, return_distance=True, all_matches=False)
    found = np.full(len(flat), np.inf)
    found[rows] = metres
    return found


def _issue(places: Sequence[Place], declared: Datum, finding: _Finding) -> Issue:
    names = [place.id for place, is_odd in zip(places, finding.is_odd, strict=True) if is_odd]
    problem = text(
        "{count} of {all} places lie on a road when they are read in {other}, but not in {declared} "
        "({after} m away instead of {before} m): {names}.",
        count=len(names),
        all=len(places),
        other=finding.other,
        declared=declared,
        after=round(float(np.median(finding.after[finding.is_odd]))),
        before=round(float(np.median(finding.before[finding.is_odd]))),
        names=", ".join(names[:NAMED_AT_MOST]) + (", ..." if len(names) > NAMED_AT_MOST else ""),
    )
    remedy = text(
        "Find out in which system they were recorded, and write it into the column datum; "
        "if it is the roads that are in another, set map_datum."
    )
    return Issue(Where(), problem, remedy, is_warning=True)
