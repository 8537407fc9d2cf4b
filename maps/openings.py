"""Which closed roads cut villages off from the bases, or send teams a long way round; and travel with them open.

Legs are looked at first between bases and the villages concerned only; whole matrices are made of what helps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from maps.network import RoadNetwork
from maps.snapping import Place
from maps.travel import travel_matrix
from planner.model import UNREACHABLE, Horizon, Opening, TravelMatrix
from planner.values import Closure, RoadClosure

LONGER_MINUTES = 30  # a way round that is longer by this much there and back may be why a visit is owed
MOST_TOGETHER = 4  # sets of roads that must be open together, of one stretch of days
CUT_OFF = 10**6  # minutes: longer than any way

Rows = tuple[tuple[Closure, frozenset[str]], ...]  # each row that closes roads, with their ids
Trips = dict[tuple[str, str], int]  # from a base to a place and back


def road_openings(
    network: RoadNetwork | None,
    matrices: Sequence[TravelMatrix],
    *,
    places: Iterable[Place],
    horizon: Horizon,
    road_closures: Iterable[RoadClosure],
) -> tuple[Opening, ...]:
    """Return the rows of closed roads that would help somebody to a village if they were open, those alone first.

    ``matrices`` are those of ``maps.travel.build_travel`` for the same roads, places and days.
    """
    if network is None or not network.segments.nodes:
        return ()
    rows = _rows(network, road_closures)
    found: dict[tuple[Closure, ...], list[TravelMatrix]] = {}
    made: dict[tuple[str | None, frozenset[str]], TravelMatrix] = {}
    ordered = tuple(sorted(places, key=lambda place: place.id))
    for matrix in matrices:
        day = matrix.days.first_day if matrix.days else horizon.start
        stretch = _Stretch(network, ordered, matrix, tuple(row for row in rows if day in row[0].days))
        for helping in stretch.helping():
            use = matrix.access_class, stretch.closed_without(helping)
            if use not in made:
                made[use] = travel_matrix(network, ordered, access_class=use[0], closed=use[1])
            opened = replace(made[use], days=matrix.days)
            found.setdefault(tuple(closure for closure, _ in helping), []).append(opened)
    order = sorted(found, key=lambda closures: (len(closures), [_key(closure) for closure in closures]))
    return tuple(Opening(closures=closures, travel=tuple(found[closures])) for closures in order)


def _key(closure: Closure) -> tuple[object, ...]:
    return closure.days.first_day, closure.days.last_day, closure.id, closure.where.row or 0


def _rows(network: RoadNetwork, road_closures: Iterable[RoadClosure]) -> Rows:
    """Return the rows behind the closures: a name in a table may close several stretches of road."""
    names = {piece.road.road_id: piece.road.name for piece in network.pieces}
    found: dict[tuple[object, ...], list[RoadClosure]] = {}
    for closure in road_closures:
        key = (closure.where,) if closure.where.row is not None else (closure.road_id, closure.reason)
        found.setdefault((*key, closure.days), []).append(closure)
    rows = []
    for closures in found.values():
        first, ids = closures[0], sorted({closure.road_id for closure in closures})
        row = Closure(
            kind="road",
            id=", ".join(ids),
            name=names.get(ids[0], ""),
            days=first.days,
            reason=first.reason,
            where=first.where,
        )
        rows.append((row, frozenset(ids)))
    return tuple(sorted(rows, key=lambda row: _key(row[0])))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Days on which the same rows close roads, for one vehicle class."""

    network: RoadNetwork
    places: tuple[Place, ...]
    matrix: TravelMatrix
    rows: Rows

    def closed_without(self, opened: Rows) -> frozenset[str]:
        """Return the ids of the roads that stay closed; another row may close one of those that are opened."""
        return frozenset[str]().union(*(ids for row in self.rows if row not in opened for ids in (row[1],)))

    def helping(self) -> Iterator[Rows]:
        """Yield the rows that help alone, then the fewest that help a village together that none helps alone."""
        if not self.rows:
            return
        bases = [place for place in self.places if place.is_base]
        today = _round_trips(self.matrix, bases, self.places)
        hindered = self._helped(bases, self.places, today, self.rows)
        if not hindered:
            return
        missed = set(hindered)
        for row in self.rows:
            helped = self._helped(bases, hindered, today, (row,))
            if helped:
                yield (row,)
            missed -= set(helped)
        for _ in range(MOST_TOGETHER if len(self.rows) > 1 else 0):
            if not missed:
                return
            place = min(missed, key=lambda place: place.id)
            together = self._fewest(bases, place, today)
            yield together
            missed -= set(self._helped(bases, sorted(missed, key=lambda p: p.id), today, together)) | {place}

    def _fewest(self, bases: Sequence[Place], place: Place, today: Trips) -> Rows:
        """Return rows without any of which the village would be no better off (a deletion filter)."""
        needed = self.rows
        for row in self.rows:
            fewer = tuple(other for other in needed if other != row)
            if fewer and self._helped(bases, [place], today, fewer):
                needed = fewer
        return needed

    def _helped(self, bases: Sequence[Place], places: Sequence[Place], today: Trips, opened: Rows) -> list[Place]:
        """Return the places to which a round trip from some base is possible, or much shorter, with the rows opened."""
        near = {place.id: place for place in (*bases, *places)}
        access, closed = self.matrix.access_class, self.closed_without(opened)
        then = _round_trips(
            travel_matrix(self.network, near.values(), access_class=access, closed=closed), bases, places
        )
        pairs = ((place, [(base.id, place.id) for base in bases]) for place in places)
        return [place for place, trips in pairs if any(then[t] + LONGER_MINUTES <= today[t] for t in trips)]


def _round_trips(matrix: TravelMatrix, bases: Sequence[Place], places: Sequence[Place]) -> Trips:
    """Return the minutes from each base to each place and back; ``CUT_OFF`` where there is no way."""
    minutes = np.where(matrix.minutes == UNREACHABLE, CUT_OFF, matrix.minutes)
    both = np.minimum(minutes + minutes.T, CUT_OFF)
    index = matrix.index
    return {(b.id, p.id): int(both[index[b.id], index[p.id]]) for b in bases for p in places}
