"""Places of another system of coordinates are found by their distance to the roads; honest tables are left in peace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from data import data_path
from maps.mixed_datum import datum_notices
from maps.network import RoadNetwork, network_from_roads
from maps.snapping import Place, places_of
from planner.datum import Datum, from_wgs84
from planner.tables.dataset import read_dataset


@cache
def county(name: str) -> tuple[RoadNetwork, tuple[Place, ...]]:
    """Return the roads and places of a sample county."""
    dataset = read_dataset(data_path("samples", name))
    return network_from_roads(dataset.roads, file=name), places_of(dataset.bases, dataset.sites)


def scattered(places: tuple[Place, ...], seed: int, metres: float = 40.0) -> list[Place]:
    """Return the places as people record them: some tens of metres from where the road passes."""
    moves = np.random.default_rng(seed).normal(0, metres / 111_195, (len(places), 2))
    return [replace(p, lon=p.lon + dx, lat=p.lat + dy) for p, (dx, dy) in zip(places, moves, strict=True)]


def misread(place: Place, datum: Datum) -> Place:
    """Return the place as it looks when it was recorded in the system and is read as WGS-84."""
    lon, lat = from_wgs84(place.lon, place.lat, datum)
    return replace(place, lon=float(lon), lat=float(lat))


def names_in(said: str) -> set[str]:
    """Return the ids a notice lists."""
    return set(re.findall(r"\w+", said.split("): ")[1]))


def flags(name: str, places: list[Place], datums: Mapping[str, Datum] | None = None) -> list[str]:
    """Return the sentences of the notices."""
    return [str(issue.problem) for issue in datum_notices(county(name)[0].segments, places, datums or {})]


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
@pytest.mark.parametrize("name", ["sangzhi", "qinyuan"])
def test_table_with_a_tenth_in_another_system_is_flagged(name: str, datum: Datum) -> None:
    """Ten draws of a tenth of the places: at least nine are flagged, in the right system, and hardly another place."""
    _, places = county(name)
    flagged = 0
    for seed in range(10):
        written = scattered(places, seed)
        odd = set(np.random.default_rng(seed).choice(len(places), len(places) // 10, replace=False).tolist())
        mixed = [misread(place, datum) if k in odd else place for k, place in enumerate(written)]
        for said in flags(name, mixed):
            flagged += 1
            assert f"read in {datum}, but not in WGS-84" in said
            assert names_in(said)
            assert len(names_in(said) - {places[k].id for k in odd}) <= 1
    assert flagged >= 9


@pytest.mark.parametrize("name", ["sangzhi", "qinyuan", "bishan", "daoxian", "yixing"])
def test_honest_table_is_not_flagged(name: str) -> None:
    """Nobody is warned of the sample counties, nor when each village is some tens of metres off its road."""
    _, places = county(name)
    assert flags(name, list(places)) == []
    for seed in range(10):
        assert flags(name, scattered(places, seed)) == []


def test_whole_table_in_another_system_is_flagged() -> None:
    """Everything is off, and most of it would come back."""
    _, places = county("sangzhi")
    (said,) = flags("sangzhi", [misread(place, "GCJ-02") for place in places])
    assert int(said.split(" of ")[0]) > len(places) / 3


def test_table_that_declares_a_system_it_is_not_in_is_flagged() -> None:
    """WGS-84 places declared as GCJ-02 were moved the wrong way on reading: the way back is found."""
    _, places = county("sangzhi")
    wrong = [misread(place, "GCJ-02") for place in places]
    moved = [replace(p, lon=2 * p.lon - w.lon, lat=2 * p.lat - w.lat) for p, w in zip(places, wrong, strict=True)]
    (said,) = flags("sangzhi", moved, dict.fromkeys((place.id for place in places), "GCJ-02"))
    assert "read in WGS-84, but not in GCJ-02" in said


def test_declared_places_are_judged_apart() -> None:
    """A tenth in GCJ-02 that says so, and was converted on reading, is no fault."""
    _, places = county("sangzhi")
    declared: dict[str, Datum] = {place.id: "GCJ-02" for place in places[::10]}
    assert flags("sangzhi", scattered(places, 3), declared) == []
