"""yixing: stations served once a month on a fixed day by a fixed pair of teams, medical and public health."""

from __future__ import annotations

import numpy as np

from planner.tables.generate.county import CountySpec
from planner.tables.generate.land import Land
from planner.tables.generate.names import NameStyle
from planner.tables.generate.places import Place
from planner.tables.generate.rows import WEEKDAYS, Row, Tables, base_row, row, settings, team_row
from planner.tables.generate.rows import village_row as village
from planner.tables.generate.settlements import SettlementSpec
from planner.tables.generate.spec import LandSpec
from planner.tables.generate.terrain import Grid, TerrainSpec, smooth_noise

TOWNSHIPS_PER_GROUP = 3  # share one public-health unit
STATIONS = 65
SERVICES = (
    "春季过敏咨询、中医理疗",
    "慢病随访、用药指导",
    "儿童保健、口腔检查",
    "老年认知筛查、跌倒预防",
    "结核筛查、健康讲座",
)


def _uplift(x: Grid, y: Grid, rng: np.random.Generator) -> Grid:
    """Hills in the south, a plain with canals in the north."""
    hills = np.clip(1.0 - y / 0.46, 0, 1) * (0.75 + 0.6 * smooth_noise(x.shape, len(x) / 9, rng))
    return np.asarray(0.015 + np.maximum(hills, 0))


def tables(land: Land) -> Tables:
    """Return the sheets."""
    groups = _groups(land)
    stations: list[Row] = []
    for towns in groups:
        # One public-health unit, so one session a day in the whole group: each station has its own day.
        places = [place for town in towns for place in _stations(land, town)]
        days = _days(len(places))
        stations.extend(_station(land, place, days[k], k) for k, place in enumerate(places))
    return {
        "villages": sorted(stations, key=lambda cells: cells["id"]),
        "teams": _teams(land, groups),
        "bases": [base_row(land, town, f"{town.name}卫生院") for town in land.townships],
        "rules": [_rule()],
        "settings": settings(land, name="宜兴（示例市）", terrain="plains", start="2026-03-02", weeks=4),
    }


def _groups(land: Land) -> list[list[Place]]:
    """Return the townships in threes of neighbours: the westernmost left, and the two nearest to it."""
    left = sorted(land.townships, key=lambda town: (town.lon, town.id))
    groups = []
    while left:
        first = left[0]
        near = sorted(left, key=lambda town: (np.hypot(town.lon - first.lon, town.lat - first.lat), town.id))
        groups.append(near[:TOWNSHIPS_PER_GROUP])
        left = [town for town in left if town not in groups[-1]]
    return groups


def _stations(land: Land, town: Place) -> list[Place]:
    """Return the villages of a township that have a station: five, four or three of the larger ones."""
    order = sorted(land.townships[1:], key=lambda other: (-len(land.villages_of(other.name)), other.id))
    # 5 at the seat; of the other 17 townships the 9 with most villages have 4, the other 8 have 3: 65.
    count = 5 if town is land.townships[0] else (4 if order.index(town) < 9 else 3)
    large = sorted(land.villages_of(town.name), key=lambda place: (-place.population, place.id))
    if len(large) < count:
        raise ValueError(f"{town.name} has too few villages for {count} stations")
    return large[:count]


def _days(count: int) -> list[str]:
    """Return that many different days of the month, such as 2Tue, spread over weeks and weekdays."""
    every = [f"{nth}{WEEKDAYS[weekday]}" for weekday in (1, 3, 0, 2, 4) for nth in (1, 3, 2, 4)]
    return every[:count]


def _station(land: Land, place: Place, day: str, number: int) -> Row:
    return village(
        land,
        place,
        "station",
        name=place.name.removesuffix("村") + "天使驿站",
        place="村党群服务中心",
        contact=f"{land.names.person()}（驿站长）",
        nth_weekdays=day,
        services=SERVICES[number % len(SERVICES)],
    )


def _rule() -> Row:
    return row(
        id="station",
        name="天使驿站每月服务日",
        visits=1,
        per="month",
        same_team=True,
        service_minutes=150,
        windows="08:30-11:30",
        composition="医疗;公卫",
        bring="身份证、医保卡",
        priority=4,
    )


def _teams(land: Land, groups: list[list[Place]]) -> list[Row]:
    medical = [
        team_row(
            land,
            f"m{k:02d}",
            f"{town.name}医疗队",
            town.id,
            institution=f"{town.name}卫生院",
            shift="07:30-17:00",
            skills="医疗",
            owns=town.name,
            vehicle="巡诊车",
        )
        for k, town in enumerate(land.townships, 1)
    ]
    public = [
        team_row(
            land,
            f"p{k}",
            f"公卫{k}队",
            towns[0].id,
            institution=f"{towns[0].name}公卫所",
            shift="07:30-17:00",
            skills="公卫",
            owns=";".join(town.name for town in towns),
            vehicle="公卫服务车",
        )
        for k, towns in enumerate(groups, 1)
    ]
    return medical + public


SPEC = CountySpec(
    name="yixing",
    land=LandSpec(
        seed=65,
        terrain=TerrainSpec(
            rows=106,
            columns=110,
            outlets=((1.0, 0.35), (1.0, 0.55), (1.0, 0.8), (0.6, 1.0), (0.3, 1.0)),
            uplift=_uplift,
            lowest_metres=3,
            highest_metres=560,
            valley_cells=1,
        ),
        places=SettlementSpec(townships=17, villages=190, seat_at=(0.55, 0.5), clustering=0.45),
        names=NameStyle(
            villages="渎 浜 墩 桥 圩 荡 巷 塘 溪 渚 桥头 埂",
            townships="桥 渚 塘 墅 埠 亭 溪",
            rivers="河 港 渎 浜",
        ),
        seat_name="荆溪街道",
        south_west=(119.54, 31.12),
        exits=((0.0, 0.6), (1.0, 0.7), (0.6, 1.0), (0.45, 0.0)),
        loops=90,
        spurs=160,
    ),
    tables=tables,
)
