"""Settlements with names, people and a position beside the road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from shapely.geometry import Point

from planner.tables.generate.names import NameGiver
from planner.tables.generate.roadworks import Roadworks, townships_of
from planner.tables.generate.settlements import Settlements
from planner.tables.generate.spec import LandSpec, to_degrees
from planner.tables.generate.terrain import Grid

SEAT_PEOPLE, TOWNSHIP_PEOPLE, VILLAGE_PEOPLE = 45_000, 5_500, 850  # usual sizes
FARTHEST_FROM_ROAD = 140.0  # metres, east-west and north-south


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A settlement: where it is, what it is called, who lives there."""

    id: str
    name: str
    cell: int
    lon: float
    lat: float
    township: str
    population: int
    population_65: int
    seat_km: float  # by the roads as built
    is_end_of_road: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Survey:
    """What is known of the land when places are put on the map."""

    spec: LandSpec
    points: Grid
    seat_metres: Grid
    ends: frozenset[int]
    rng: np.random.Generator

    def place(self, cell: int, *, key: str, name: str, township: str, people: int) -> Place:
        beside = self.points[cell] + self.rng.uniform(-FARTHEST_FROM_ROAD, FARTHEST_FROM_ROAD, 2)
        at = to_degrees(self.spec, Point(beside))
        population = int(people * self.rng.lognormal(0.0, 0.45))
        return Place(
            id=key,
            name=name,
            cell=cell,
            lon=at.x,
            lat=at.y,
            township=township,
            population=population,
            population_65=int(population * self.rng.uniform(0.16, 0.31)),
            seat_km=round(float(self.seat_metres[cell]) / 1000, 1),
            is_end_of_road=cell in self.ends,
        )


def name_places(
    spec: LandSpec, works: Roadworks, places: Settlements, points: Grid, *, names: NameGiver, rng: np.random.Generator
) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Return the townships, the seat first, and the villages in order of their township."""
    survey = _Survey(
        spec=spec,
        points=points,
        seat_metres=works.metres_from(places.seat),
        ends=frozenset(works.dead_ends()),
        rng=rng,
    )
    towns = (places.seat, *places.townships)
    called = {cell: names.township(is_town=k % 3 != 2) for k, cell in enumerate(towns)}
    called[places.seat] = spec.seat_name
    sizes = [SEAT_PEOPLE] + [TOWNSHIP_PEOPLE] * len(places.townships)
    townships = [
        survey.place(cell, key=f"b{k:02d}", name=called[cell], township=called[cell], people=sizes[k])
        for k, cell in enumerate(towns)
    ]
    home = townships_of(works, places)
    order = sorted(places.villages, key=lambda cell: (towns.index(home[cell]), cell))
    villages = [
        survey.place(cell, key=f"v{k:03d}", name=names.village(), township=called[home[cell]], people=VILLAGE_PEOPLE)
        for k, cell in enumerate(order, 1)
    ]
    return tuple(townships), tuple(villages)


def narrow_ends(villages: Sequence[Place], count: int) -> frozenset[str]:
    """Return the ids of the smallest villages at the end of a road."""
    ends = sorted((p for p in villages if p.is_end_of_road), key=lambda p: (p.population, p.id))
    return frozenset(place.id for place in ends[:count])
