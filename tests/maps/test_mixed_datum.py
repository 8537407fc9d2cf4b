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
from planner.errors import Where
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
    return set(re.findall(r"\b[bvhs]\w*\d+\b", said.split("): ")[1]))


def flags(
    name: str,
    places: list[Place],
    datums: Mapping[str, Datum] | None = None,
    rows: Mapping[str, Where] | None = None,
) -> list[str]:
    """Return the sentences of the notices."""
    return [str(issue.problem) for issue in datum_notices(county(name)[0].segments, places, datums or {}, rows)]


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
@pytest.mark.parametrize("name", ["sangzhi", "qinyuan"])
def test_table_with_a_tenth_in_another_system_is_flagged(name: str, datum: Datum) -> None:
    """Ten draws of a tenth of the places: all are flagged, for sure, in the right system, and hardly another place."""
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
            assert len(names_in(said) - {places[k].id for k in odd}) <= 2
    assert flagged == 10


@pytest.mark.parametrize("name", ["bishan", "daoxian"])
def test_four_or_five_misread_places_of_fifty_are_flagged(name: str) -> None:
    """Fifty draws of a tenth of some fifty places: nine of ten are flagged, few in the wrong system or for sure."""
    _, places = county(name)
    notices = []
    for seed in range(50):
        odd = set(np.random.default_rng(seed).choice(len(places), len(places) // 10, replace=False).tolist())
        written = scattered(places, 1000 + seed)
        notices += flags(name, [misread(place, "GCJ-02") if k in odd else place for k, place in enumerate(written)])
    right = [said for said in notices if "in GCJ-02" in said]
    assert len(notices) >= 42  # 45 to 47 of 50 are expected, with a standard error of 2
    assert len(right) >= 0.9 * len(notices)
    assert 7 <= len([said for said in notices if "lie on a road when" in said]) <= 30


@pytest.mark.parametrize("name", ["bishan", "daoxian"])
def test_misread_rows_that_follow_each_other_are_flagged_for_sure(name: str) -> None:
    """Four or five villages pasted in together: in the order of the rows they stand out, shuffled they do not."""
    _, places = county(name)
    bases = sum(place.is_base for place in places)
    size, sure, shuffled = len(places) // 10, 0, 0
    order = np.random.default_rng(9).permutation(len(places))
    for seed in range(30):
        first = bases + int(np.random.default_rng(seed).integers(len(places) - bases - size))
        written = scattered(places, seed)
        mixed = [misread(p, "GCJ-02") if first <= k < first + size else p for k, p in enumerate(written)]
        rows = {place.id: Where("villages.csv", "villages", k + 2) for k, place in enumerate(mixed)}
        mess = {place.id: Where("villages.csv", "villages", int(k) + 2) for place, k in zip(mixed, order, strict=True)}
        sure += any("lie on a road when" in said for said in flags(name, mixed, rows=rows))
        shuffled += any("lie on a road when" in said for said in flags(name, mixed, rows=mess))
    assert sure >= 18
    assert shuffled <= sure - 6


def test_suspicion_names_file_sheet_and_rows_and_what_to_do() -> None:
    """One odd village that may be in GCJ-02 is said to be that, where it stands; Chinese says the same."""
    _, places = county("bishan")
    villages = [k for k, place in enumerate(places) if not place.is_base]
    rows = {places[k].id: Where("villages.csv", "villages", row) for row, k in enumerate(villages, start=2)}
    for seed in range(20):
        odd = set(np.random.default_rng(seed).choice(villages, 4, replace=False).tolist())
        written = scattered(places, seed)
        mixed = [misread(place, "GCJ-02") if k in odd else place for k, place in enumerate(written)]
        for issue in datum_notices(county("bishan")[0].segments, mixed, {}, rows):
            said = str(issue.problem)
            if "may be in GCJ-02" in said:
                assert issue.is_warning
                assert (issue.where.file, issue.where.sheet) == ("villages.csv", "villages")
                named = re.findall(r"(\w+) \(row (\d+)\)", said)
                assert named
                assert [rows[name].row for name, _ in named] == [int(row) for _, row in named]
                assert "column datum" in str(issue.remedy)
                assert "可能是 GCJ-02" in issue.in_language("zh")
                assert f"{named[0][0]}（第 {named[0][1]} 行）" in issue.in_language("zh")
                return
    pytest.fail("no draw raised a suspicion")


@pytest.mark.parametrize("name", ["sangzhi", "qinyuan", "bishan", "daoxian", "yixing"])
def test_honest_table_is_not_flagged(name: str) -> None:
    """Nobody is warned of the sample counties, nor when each village is some tens of metres off its road."""
    _, places = county(name)
    assert flags(name, list(places)) == []
    for seed, metres in enumerate([10.0, 25.0, 40.0] * 5):
        assert flags(name, scattered(places, seed, metres)) == []


@pytest.mark.parametrize("name", ["bishan", "daoxian", "yixing"])
def test_places_that_have_nothing_to_do_with_roads_are_not_flagged(name: str) -> None:
    """Places anywhere in the county are as far from roads in each system: a warning for one of fifty at most."""
    _, places = county(name)
    lons, lats = [p.lon for p in places], [p.lat for p in places]
    flagged = 0
    for seed in range(50):
        luck = np.random.default_rng(seed)
        x, y = luck.uniform(min(lons), max(lons), len(places)), luck.uniform(min(lats), max(lats), len(places))
        at = zip(places, x, y, strict=True)
        flagged += bool(flags(name, [replace(p, lon=float(a), lat=float(b)) for p, a, b in at]))
    assert flagged <= 1


@pytest.mark.parametrize("name", ["bishan", "daoxian", "yixing"])
def test_villages_drawn_again_are_hardly_ever_flagged(name: str) -> None:
    """Other counties like these, with the same villages several times or not at all: two of fifty at most."""
    _, places = county(name)
    flagged = 0
    for seed in range(50):
        luck = np.random.default_rng(seed)
        drawn = [replace(places[k], id=f"v{n}") for n, k in enumerate(luck.integers(0, len(places), len(places)))]
        flagged += bool(flags(name, scattered(tuple(drawn), seed, float(luck.uniform(10, 50)))))
    assert flagged <= 2


@pytest.mark.parametrize(("size", "most"), [(3, 3), (8, 2), (20, 1)])
def test_honest_table_of_few_places_is_hardly_ever_flagged(size: int, most: int) -> None:
    """A handful of places does not show what is usual, so that only what is sure is said: counts of a hundred."""
    _, places = county("yixing")
    flagged = 0
    for seed in range(100):
        few = np.random.default_rng(seed).choice(len(places), size, replace=False)
        flagged += bool(flags("yixing", scattered(tuple(places[k] for k in few), seed)))
    assert flagged <= most


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
