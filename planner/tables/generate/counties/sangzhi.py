"""sangzhi: 251 villages, a township doctor in each village clinic on two fixed days a week."""

from __future__ import annotations

import math

import numpy as np

from planner.tables.generate.county import CountySpec
from planner.tables.generate.land import Land
from planner.tables.generate.names import NameStyle
from planner.tables.generate.rows import Row, Tables, base_row, pass_closure, row, settings, team_row
from planner.tables.generate.rows import village_row as village
from planner.tables.generate.settlements import SettlementSpec
from planner.tables.generate.spec import LandSpec
from planner.tables.generate.terrain import Grid, TerrainSpec, smooth_noise

SESSIONS_PER_TEAM = 10  # five days, a morning and an afternoon
FILLED = 0.84  # of a township's sessions, at most


def _uplift(x: Grid, y: Grid, rng: np.random.Generator) -> Grid:
    """High land in the north, ridges from south-west to north-east."""
    ridges = 0.35 * np.sin(2 * np.pi * (2.2 * (x - 0.7 * y)) + 1.5 * smooth_noise(x.shape, len(x) / 6, rng))
    return np.asarray(1.0 + ridges + 0.7 * y + 0.4 * smooth_noise(x.shape, len(x) / 8, rng))


def tables(land: Land) -> Tables:
    """Return the sheets."""
    narrow = land.narrow
    villages = [
        village(
            land,
            place,
            "clinic",
            access_classes="small" if place.id in narrow else None,
            market_days=("3;8", "2;7", "5;0")[k % 3] if place.population > 1500 else None,
        )
        for k, place in enumerate(land.villages)
    ]
    return {
        "villages": villages,
        "teams": _teams(land, {place.township for place in land.villages if place.id in narrow}),
        "bases": [base_row(land, town, f"{town.name}卫生院") for town in land.townships],
        "rules": [_clinic()],
        "closures": pass_closure(land, "2026-02-20", "2026-03-04", "山口积雪结冰封路"),
        "settings": settings(land, name="桑植（示例县）", terrain="mountains", start="2026-03-02", weeks=1),
    }


def _clinic() -> Row:
    return row(
        id="clinic",
        name="乡镇医生驻村坐诊",
        visits=2,
        per="week",
        min_gap_days=2,
        max_gap_days=5,
        weekday_sets="Mon+Wed|Mon+Thu|Tue+Thu|Tue+Fri|Wed+Fri",
        same_weekday=True,
        service_minutes=165,
        windows="08:00-12:00;13:00-17:00",
        skills="乡镇医生",
        priority=4,
        services="坐诊看病、慢病随访、家庭医生签约服务",
        bring="身份证、医保卡",
    )


def _teams(land: Land, with_narrow: set[str]) -> list[Row]:
    rows: list[Row] = []
    for town in land.townships:
        needed = math.ceil(2 * len(land.villages_of(town.name)) / (SESSIONS_PER_TEAM * FILLED))
        for k in range(1, needed + 1):
            rows.append(
                team_row(
                    land,
                    f"t{len(rows) + 1:02d}",
                    f"{town.name}驻村{k}组",
                    town.id,
                    institution=f"{town.name}卫生院",
                    skills="乡镇医生",
                    max_stops_per_day=2,
                    shift="07:30-17:30",
                    access_class="small" if town.name in with_narrow else "car",
                    owns=town.name,
                    vehicle="小型巡诊车" if town.name in with_narrow else "巡诊车",
                )
            )
    return rows


SPEC = CountySpec(
    name="sangzhi",
    land=LandSpec(
        seed=258,
        terrain=TerrainSpec(
            rows=118,
            columns=124,
            outlets=((1.0, 0.35),),
            uplift=_uplift,
            lowest_metres=180,
            highest_metres=1850,
            valley_cells=2,
        ),
        places=SettlementSpec(townships=22, villages=251, seat_at=(0.55, 0.42)),
        names=NameStyle(
            villages="坪 溪 峪 湾 垭 寨 坡 界 塔 台 洞 岗 潭 凸 旗 坝", townships="坪 溪 河 桥 滩 峪 寨 湾 关"
        ),
        seat_name="澧源坪镇",
        south_west=(109.82, 29.18),
        exits=((1.0, 0.35), (0.0, 0.5), (0.55, 0.0)),
        narrow_ends=3,
        loops=70,
        spurs=220,
    ),
    tables=tables,
)
