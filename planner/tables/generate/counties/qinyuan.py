"""qinyuan: township clinics weekly and county institutions monthly over the same villages."""

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

INSTITUTIONS = (
    "县人民医院",
    "县中医院",
    "县妇幼保健中心",
    "县疾控中心",
    "县第二人民医院",
    "县医疗集团本部",
    "县康复医院",
)
VISITS_PER_WEEK = 17  # of a township's team: most of four a day on five days


def _uplift(x: Grid, y: Grid, rng: np.random.Generator) -> Grid:
    """High land all round, highest in the north-west; one river leaves in the south."""
    rim = 0.5 * ((x - 0.5) ** 2 + (y - 0.55) ** 2) * 4
    return np.asarray(0.9 + rim + 0.35 * (y - x) + 0.5 * smooth_noise(x.shape, len(x) / 7, rng))


def tables(land: Land) -> Tables:
    """Return the sheets."""
    order = sorted(land.townships, key=lambda town: (town.seat_km, town.id))
    # Near and far townships go together, so that no institution has only far ones.
    owner = {town.name: INSTITUTIONS[min(k, len(order) - 1 - k)] for k, town in enumerate(order)}
    narrow = land.narrow
    small = {place.township for place in land.villages if place.id in narrow}
    villages = [
        village(
            land,
            place,
            "weekly;monthly",
            access_classes="small" if place.id in narrow else None,
            market_days=("3;8", "1;6")[k % 2] if place.population > 1700 else None,
        )
        for k, place in enumerate(land.villages)
    ]
    return {
        "villages": villages,
        "teams": _township_teams(land, small) + _county_teams(owner, land, small),
        "bases": [*(base_row(land, town, f"{town.name}卫生院") for town in land.townships), _county_base(land)],
        "rules": _rules(),
        "calendar": [row(first_day="2026-03-20", kind="holiday", name="全县基层医务人员培训日")],
        "closures": [
            *pass_closure(land, "2026-01-05", "2026-03-12", "垭口积雪封路"),
            row(
                kind="village",
                id=land.villages[40].id,
                first_day="2026-03-09",
                last_day="2026-03-11",
                reason="村卫生室搬迁",
            ),
        ],
        "settings": settings(land, name="沁源（示例县）", terrain="mountains", start="2026-03-02", weeks=4),
    }


def _county_base(land: Land) -> Row:
    seat = land.townships[0]
    return row(
        id="b99",
        name="县流动医院出车点",
        lon=round(seat.lon + 0.002, 5),
        lat=round(seat.lat - 0.001, 5),
        phone=land.names.phone(),
    )


def _rules() -> list[Row]:
    weekly = row(
        id="weekly",
        name="乡镇卫生院每周到村",
        visits=1,
        per="week",
        min_gap_days=4,
        max_gap_days=10,
        service_minutes=60,
        skills="乡镇巡诊",
        priority=3,
        services="慢病随访、量血压、测血糖、送药",
        bring="医保卡、正在吃的药",
    )
    monthly = row(
        id="monthly",
        name="县级单位每月包联巡诊",
        visits=1,
        per="month",
        min_gap_days=15,
        service_minutes=90,
        windows="08:30-12:00;13:00-17:00",
        skills="县级专家",
        priority=4,
        services="专家门诊、心电图、B超、转诊登记",
        bring="身份证、医保卡、以前的检查单",
        results="当场发放",
    )
    return [weekly, monthly]


def _township_teams(land: Land, small: set[str]) -> list[Row]:
    rows: list[Row] = []
    for town in land.townships:
        for k in range(1, math.ceil(len(land.villages_of(town.name)) / VISITS_PER_WEEK) + 1):
            rows.append(
                team_row(
                    land,
                    f"t{len(rows) + 1:02d}",
                    f"{town.name}巡诊{k}队",
                    town.id,
                    institution=f"{town.name}卫生院",
                    skills="乡镇巡诊",
                    max_stops_per_day=5,
                    access_class="small" if town.name in small else "car",
                    owns=town.name,
                    vehicle="小型巡诊车" if town.name in small else "巡诊车",
                )
            )
    return rows


def _county_teams(owner: dict[str, str], land: Land, small: set[str]) -> list[Row]:
    rows = []
    for k, institution in enumerate(INSTITUTIONS, 1):
        towns = [town.name for town in land.townships if owner[town.name] == institution]
        narrow = bool(small & set(towns))
        rows.append(
            team_row(
                land,
                f"c{k}",
                f"流动医院{institution.removeprefix('县')}队",
                "b99",
                institution=institution,
                skills="县级专家",
                shift="07:30-18:00",
                max_stops_per_day=4,
                access_class="small" if narrow else "car",
                owns=";".join(towns),
                vehicle="四驱小型流动医疗车" if narrow else "流动医疗车",
            )
        )
    return rows


SPEC = CountySpec(
    name="qinyuan",
    land=LandSpec(
        seed=1972,
        terrain=TerrainSpec(
            rows=112,
            columns=108,
            outlets=((0.45, 0.0),),
            uplift=_uplift,
            lowest_metres=950,
            highest_metres=2450,
            valley_cells=1,
        ),
        places=SettlementSpec(townships=13, villages=200, seat_at=(0.5, 0.45)),
        names=NameStyle(villages="庄 沟 坪 峪 岭 河底 寨 洼 岩 窑 滩 湾 家坪", townships="河 坪 峪 川 岭 寨 泉 口"),
        seat_name="沁河坪镇",
        south_west=(111.97, 36.25),
        exits=((0.45, 0.0), (0.35, 1.0), (1.0, 0.55)),
        narrow_ends=2,
        loops=60,
        spurs=200,
    ),
    tables=tables,
)
