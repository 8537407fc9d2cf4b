"""What a scheduler must know about the travel matrices, said once for each kind of thing and not for each pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from maps.network import RoadNetwork, set_season
from maps.segments import Segments
from maps.snapping import FAR_METRES, NEAR_METRES, Place, Snaps
from maps.sparse import parts, sparse
from planner.errors import Issue, Where
from planner.language import Text, text
from planner.model import UNREACHABLE, TravelMatrix
from planner.values import DateRange, RoadClosure

GAP_METRES = 30.0
NAMED_AT_MOST = 12
PASSED_OVER_METRES = 50.0  # a nearer road that leads nowhere matters when the one used is this much farther

Use = tuple[str, str, str]  # vehicle class, first and last day, as text; "" for all


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachablePlace:
    """A place outside the main group of places that all reach each other.

    It holds for a vehicle class (None: all) on some days (None: all). ``legs`` of its 2 (n - 1) legs have no road.
    """

    place_id: str
    access_class: str | None
    days: DateRange | None
    legs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelReport:
    """Warnings about travel. ``far_snaps``: (place id, metres to the road) of those more than 300 m away."""

    far_snaps: tuple[tuple[str, int], ...] = ()
    unreachable: tuple[UnreachablePlace, ...] = ()
    is_estimated: bool = False
    issues: tuple[Issue, ...] = ()


def estimated_report(factor: float, kmh: float, closures: Sequence[RoadClosure]) -> TravelReport:
    """Return the report of a county without road data."""
    no_roads = _warning(
        text(
            "There is no road data: every distance is estimated, {factor} times the straight line at {kmh} km/h.",
            factor=factor,
            kmh=round(kmh),
        ),
        text("Add a roads sheet or an OpenStreetMap extract for distances by road."),
    )
    not_applied = _warning(
        text(
            "Road closures are not taken into account without road data: {few}.", few=_few(c.road_id for c in closures)
        ),
        text("Add a roads sheet or an OpenStreetMap extract."),
    )
    return TravelReport(is_estimated=True, issues=(no_roads, not_applied) if closures else (no_roads,))


def road_report(
    network: RoadNetwork,
    places: Sequence[Place],
    snaps: Snaps,
    matrices: Sequence[TravelMatrix],
    closures: Sequence[RoadClosure],
) -> TravelReport:
    """Return the report of matrices on a road network."""
    metres = [(p.id, round(s.metres)) for p, s in zip(places, snaps, strict=True) if s is not None]
    far = tuple((place, m) for place, m in metres if m > NEAR_METRES)
    by_id = {place.id: place for place in places}
    bases = frozenset(place.id for place in places if place.is_base)
    unreachable = tuple(found for matrix in matrices for found in unreachable_places(matrix, bases))
    issues = (
        *network.issues,
        *_far_issues([(by_id[place].called(f"{m} m"), m) for place, m in far], len(places)),
        *_passed_over_issues(places, snaps),
        *_unreachable_issues(unreachable, by_id, len(matrices)),
        *_closure_issues(network, closures),
        *gap_issues(set_season(network, "dry").segments),
    )
    return TravelReport(far_snaps=far, unreachable=unreachable, issues=issues)


def _warning(problem: Text, remedy: Text) -> Issue:
    return Issue(Where(), problem, remedy, is_warning=True)


def _few(names: Iterable[str]) -> Text | str:
    """Return the first names of a list, and how many more there are."""
    known = sorted(set(names))
    shown, more = ", ".join(known[:NAMED_AT_MOST]), len(known) - NAMED_AT_MOST
    return text("{shown} and {n} more", shown=shown, n=more) if more > 0 else shown


def _far_issues(far: Sequence[tuple[str, int]], places: int) -> Iterator[Issue]:
    walked = [called for called, metres in far if metres <= FAR_METRES]
    remote = [called for called, metres in far if metres > FAR_METRES]
    if walked:
        yield _warning(
            text("More than 300 m from a road, so that the walk is added to every leg: {few}.", few=_few(walked)),
            text("Check their coordinates, or add the missing road."),
        )
    if remote and len(remote) == places:
        yield _warning(
            text("No place is within 2 km of a road of the road data."),
            text("They seem to be of another region; or longitude and latitude of the places are swapped."),
        )
    elif remote:
        yield _warning(
            text("More than 2 km from any road, so that no vehicle gets there: {few}.", few=_few(remote)),
            text("Check their coordinates, longitude and latitude may be swapped; or add the missing road."),
        )


def _passed_over_issues(places: Sequence[Place], snaps: Snaps) -> Iterator[Issue]:
    beside = [
        place.called()
        for place, snap in zip(places, snaps, strict=True)
        if snap is not None and snap.metres > snap.nearest_metres + PASSED_OVER_METRES
    ]
    if beside:
        yield _warning(
            text(
                "Beside a road that does not join the others, so that a farther one is used: {few}.", few=_few(beside)
            ),
            text("Check whether a river lies between, or the map lacks a junction."),
        )


def unreachable_places(matrix: TravelMatrix, bases: frozenset[str] = frozenset()) -> tuple[UnreachablePlace, ...]:
    """Return the places outside the main group of places that all reach each other (most bases, then most places)."""
    if not matrix.place_ids:
        return ()
    is_reached = matrix.minutes != UNREACHABLE
    if is_reached.all():
        return ()
    tails, heads = np.nonzero(is_reached)
    group = parts(sparse(np.ones(len(tails), dtype=np.int8), tails, heads, len(is_reached)), connection="strong")
    votes = [1 + len(group) * (place in bases) for place in matrix.place_ids]
    outside = np.flatnonzero(group != np.argmax(np.bincount(group, weights=votes)))
    legs = (~is_reached).astype(np.int64)
    return tuple(
        UnreachablePlace(
            place_id=matrix.place_ids[k],
            access_class=matrix.access_class,
            days=matrix.days,
            legs=int(legs[k].sum() + legs[:, k].sum()),
        )
        for k in outside
    )


def _unreachable_issues(
    unreachable: Sequence[UnreachablePlace], by_id: Mapping[str, Place], matrices: int
) -> Iterator[Issue]:
    """Yield one issue for each set of places cut off at the same times, however many pairs they make."""
    uses_of: dict[str, set[Use]] = {}
    for found in unreachable:
        uses_of.setdefault(found.place_id, set()).add(_use(found))
    together: dict[frozenset[Use], list[str]] = {}
    for place_id, uses in uses_of.items():
        together.setdefault(frozenset() if len(uses) == matrices else frozenset(uses), []).append(place_id)
    remedy = text("Their visits will be listed as owed; check the roads, fords and closures around them.")
    sometimes = text("They are visited at other times or by other vehicles, or owed; see the roads and closures there.")
    for group, ids in sorted(together.items(), key=lambda item: sorted(item[1])):
        places = [by_id[place_id].called() for place_id in ids]
        if not group:
            yield _warning(text("No road leads there and back: {few}.", few=_few(places)), remedy)
            continue
        when = _few(" ".join(word for word in (use[0], " – ".join(filter(None, use[1:]))) if word) for use in group)
        yield _warning(text("No road leads there and back ({uses}): {few}.", uses=when, few=_few(places)), sometimes)


def _use(found: UnreachablePlace) -> Use:
    days = found.days
    first, last = (days.first_day.isoformat(), days.last_day.isoformat()) if days else ("", "")
    return found.access_class or "", first, last if last != first else ""


def _closure_issues(network: RoadNetwork, closures: Sequence[RoadClosure]) -> Iterator[Issue]:
    unknown = {closure.road_id for closure in closures} - network.road_ids
    if unknown:
        yield _warning(
            text("Closed roads that are not among the roads, so that nothing is closed: {few}.", few=_few(unknown)),
            text("Write the id of the road as the roads sheet or the map has it."),
        )


def gap_issues(segments: Segments) -> Iterator[Issue]:
    """Yield a warning when roads come within 30 m of the others without joining them: probably a missing junction."""
    joins = sparse(np.ones(len(segments.tail), dtype=np.int8), segments.tail, segments.head, segments.nodes)
    part = parts(joins, connection="weak")[segments.tail]
    if not len(part):
        return
    is_main = part == np.argmax(np.bincount(part, weights=segments.decimetres))
    off = np.flatnonzero(~is_main)
    tree = shapely.STRtree(segments.plane_lines[is_main])
    near = off[np.unique(tree.query(segments.plane_lines[off], predicate="dwithin", distance=GAP_METRES)[0])]
    if len(near):
        yield _warning(
            text(
                "Roads come within 30 m of the others without joining them: {few}.", few=_few(segments.road_ids[near])
            ),
            text("A junction is probably missing: let one road end on the other."),
        )
