"""Places that were recorded in another system of coordinates than their table says, found by their distance to roads.

A village lies beside a road. Read in the wrong system it lies some hundred metres off, and reading it in the right one
brings it back. How strongly that speaks is judged in ``maps.misreadings``; here the distances are measured and said.

In a table of some fifty places a tenth is four or five, and by chance two of them still lie beside a road: what is
left is seldom sure, but seldom nothing. Hence two strengths: what may be, and what is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.geo import to_plane
from maps.misreadings import judge
from maps.segments import Segments
from maps.snapping import Place
from planner.datum import Datum, from_wgs84, to_wgs84
from planner.errors import Issue, Where
from planner.language import Text, text

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SHIFTED: tuple[Datum, ...] = ("WGS-84", "GCJ-02", "BD-09")  # CGCS2000 is WGS-84 here
TURNS = 8  # directions; all but that of the other system show what any ground is like
SURE = 3.0  # nats
MANY = 75  # places of which evidence above none is asked; of more more, for more of them lie far by chance
FEW, TOO_FEW = 40, 12  # of fewer places what is usual is less known: two are asked for; of fewer still what is sure
ENOUGH_OF_FEW = 1.0
LIKELY, EVEN = 0.7, 0.5  # that a place is misread, if any is: to name few that are not; where none is likely
NAMED_AT_MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """Places that look like those of another system, how far they are from the road then and now, the evidence."""

    other: Datum
    is_odd: Bools
    before: Floats
    after: Floats
    evidence: float

    @property
    def is_sure(self) -> bool:
        """Whether it is more than a suspicion."""
        return self.evidence >= SURE and self.is_odd.sum() >= 2

    @property
    def is_said(self) -> bool:
        """Whether it is worth a warning: about one in fifty honest tables of forty places gets one at most."""
        places, odd = len(self.is_odd), int(self.is_odd.sum())
        if places < FEW:
            return self.is_sure or (places >= TOO_FEW and self.evidence >= ENOUGH_OF_FEW and odd >= 2)
        return self.evidence >= 2 * math.log(places / MANY) and odd >= 1


def datum_notices(
    segments: Segments,
    places: Sequence[Place],
    datums: Mapping[str, Datum],
    rows: Mapping[str, Where] | None = None,
) -> tuple[Issue, ...]:
    """Return a warning for each system of which some places seem to be in another.

    ``datums`` and ``rows`` (where in the tables it stands) are by place id; a place without is taken as in WGS-84.
    """
    if not segments.may_stop.any():
        return ()
    tree = shapely.STRtree(segments.plane_stops[segments.may_stop])
    known = rows or {}
    ordered = sorted(places, key=lambda place: _in_tables(known.get(place.id, Where())))
    found = []
    for declared in SHIFTED:
        group = [place for place in ordered if _same(datums.get(place.id, "WGS-84"), declared)]
        finding = _odd_places(tree, segments.latitude, group, declared) if group else None
        if finding is not None:
            found.append(_issue(group, declared, finding, known))
    return tuple(found)


def _in_tables(where: Where) -> tuple[str, str, int]:
    return where.file, str(where.sheet), where.row or 0


def _same(datum: Datum, declared: Datum) -> bool:
    return (declared if datum == "CGCS2000" and declared == "WGS-84" else datum) == declared


def _odd_places(tree: shapely.STRtree, latitude: float, places: Sequence[Place], declared: Datum) -> _Finding | None:
    """Return the system that speaks most for itself, if that is worth saying."""
    lon, lat = (np.array([getattr(place, name) for place in places]) for name in ("lon", "lat"))
    before = _metres_to_road(tree, latitude, lon, lat)
    written = from_wgs84(lon, lat, declared)
    findings = []
    for other in SHIFTED:
        x, y = to_wgs84(*written, other)
        if other != declared and not np.array_equal(x, lon):
            after, *anywhere = _turned(tree, latitude, (lon, lat), (x, y))
            judged = judge(before, after, np.concatenate(anywhere))
            is_odd = judged.chances > (LIKELY if judged.chances.max() > LIKELY else EVEN)
            findings.append(_Finding(other=other, is_odd=is_odd, before=before, after=after, evidence=judged.evidence))
    best = max(findings, key=lambda finding: finding.evidence, default=None)
    return best if best is not None and best.is_said else None


def _turned(
    tree: shapely.STRtree, latitude: float, here: tuple[Floats, Floats], there: tuple[Floats, Floats]
) -> Iterator[Floats]:
    """Yield the distances to the road after moving there, and after moving as far in each other direction."""
    narrow = math.cos(math.radians(latitude))
    east, north = (there[0] - here[0]) * narrow, there[1] - here[1]
    for turn in np.arange(TURNS) * (2 * math.pi / TURNS):
        a, b = math.cos(turn) * east - math.sin(turn) * north, math.sin(turn) * east + math.cos(turn) * north
        yield _metres_to_road(tree, latitude, here[0] + a / narrow, here[1] + b)


def _metres_to_road(tree: shapely.STRtree, latitude: float, lon: Floats, lat: Floats) -> Floats:
    flat = to_plane(shapely.points(np.column_stack((lon, lat))), latitude)
    (rows, _), metres = tree.query_nearest(flat, return_distance=True, all_matches=False)
    found = np.full(len(flat), np.inf)
    found[rows] = metres
    return found


def _issue(places: Sequence[Place], declared: Datum, finding: _Finding, rows: Mapping[str, Where]) -> Issue:
    odd = [place for place, is_odd in zip(places, finding.is_odd, strict=True) if is_odd]
    wheres = [rows.get(place.id, Where()) for place in odd]
    values = {
        "count": len(odd),
        "all": len(places),
        "other": finding.other,
        "declared": declared,
        "after": round(float(np.median(finding.after[finding.is_odd]))),
        "before": round(float(np.median(finding.before[finding.is_odd]))),
        "names": _names(odd, wheres),
    }
    return Issue(_common(wheres), *(_sure if finding.is_sure else _unsure)(values), is_warning=True)


def _sure(values: Mapping[str, object]) -> tuple[Text, Text]:
    problem = text(
        "{count} of {all} places lie on a road when they are read in {other}, but not in {declared} "
        "({after} m away instead of {before} m): {names}.",
        **values,
    )
    remedy = text(
        "Find out in which system they were recorded, and write it into the column datum; "
        "if it is the roads that are in another, set map_datum."
    )
    return problem, remedy


def _unsure(values: Mapping[str, object]) -> tuple[Text, Text]:
    problem = text(
        "{count} of {all} places may be in {other} and not in {declared}: they lie farther from a road than is usual "
        "here ({before} m), and nearer when read so ({after} m): {names}.",
        **values,
    )
    remedy = text(
        "Ask who recorded them, or look at one on a map: where it is in {other}, write that into the column datum, "
        "also for others of the same source; where it is right, a road may be missing.",
        other=values["other"],
    )
    return problem, remedy


def _names(places: Sequence[Place], wheres: Sequence[Where]) -> Text | str:
    """Return the ids and the rows they stand in, the first dozen."""
    shown: list[Text | str] = [
        place.id if where.row is None else text("{id} (row {row})", id=place.id, row=where.row)
        for place, where in zip(places[:NAMED_AT_MOST], wheres, strict=False)
    ]
    shown += ["..."] if len(places) > NAMED_AT_MOST else []
    return reduce(lambda first, rest: text("{first}, {rest}", first=first, rest=rest), shown)


def _common(wheres: Sequence[Where]) -> Where:
    """Return the file and sheet that all are in, as far as they are in one."""
    files, sheets = {where.file for where in wheres}, {(where.file, where.sheet) for where in wheres}
    if len(files) > 1:
        return Where()
    return Where(wheres[0].file, wheres[0].sheet if len(sheets) == 1 else "")
