"""bishan: two mobile vaccination teams and one vaccination vehicle go round communities, schools and villages."""

from __future__ import annotations

import numpy as np

from planner.tables.generate.county import CountySpec
from planner.tables.generate.land import Land
from planner.tables.generate.names import NameStyle
from planner.tables.generate.places import Place
from planner.tables.generate.rows import Row, Tables, base_row, row, settings, team_row
from planner.tables.generate.rows import village_row as village
from planner.tables.generate.settlements import SettlementSpec
from planner.tables.generate.spec import LandSpec
from planner.tables.generate.terrain import Grid, TerrainSpec, smooth_noise

COMMUNITIES, SCHOOLS, OUTLYING = 16, 12, 14
PEOPLE_PER_HOUR = 120
COMMUNITY_PEOPLE, SCHOOL_PEOPLE, VILLAGE_PEOPLE = (160, 270), (70, 150), (40, 95)


def _uplift(x: Grid, y: Grid, rng: np.random.Generator) -> Grid:
    """Two long ridges from north to south with a wide valley between."""
    bend = 0.05 * smooth_noise(x.shape, len(x) / 5, rng)
    ridges = sum(np.exp(-(((x - at + bend) / 0.06) ** 2)) for at in (0.15, 0.87))
    return np.asarray(0.12 + ridges + 0.08 * smooth_noise(x.shape, len(x) / 12, rng))


def tables(land: Land) -> Tables:
    """Return the sheets."""
    rng = np.random.default_rng([land.spec.seed, 100])
    near = sorted(land.villages, key=lambda place: (place.seat_km, place.id))
    communities = near[:COMMUNITIES]
    rest = near[COMMUNITIES + 2 :]
    schools = rest[:: len(rest) // SCHOOLS][:SCHOOLS]
    outlying = [place for place in reversed(rest) if place not in schools][:OUTLYING]
    villages = [
        *(_community(land, place, rng) for place in communities),
        *(_school(land, place, k, rng) for k, place in enumerate(schools)),
        *(_outlying(land, place, rng) for place in outlying),
        *_check_up(land, near[COMMUNITIES], near[COMMUNITIES + 1]),
    ]
    closed = row(kind="village", id=schools[0].id, first_day="2026-03-12", last_day="2026-03-13", reason="学校考试")
    return {
        "villages": sorted(villages, key=lambda cells: cells["id"]),
        "teams": _teams(land),
        "bases": [base_row(land, land.townships[0], "区疾病预防控制中心"), base_row(land, _far(land), "北部接种门诊")],
        "rules": _rules(),
        "closures": [closed],
        "settings": settings(land, name="璧山（示例区）", terrain="hills", start="2026-03-02", weeks=4),
    }


def _far(land: Land) -> Place:
    """Return the northernmost township: the second base."""
    return max(land.townships[1:], key=lambda town: (town.lat, town.id))


def _people(rng: np.random.Generator, between: tuple[int, int]) -> dict[str, object]:
    people = int(rng.integers(between[0], between[1] + 1))
    return {"people": people, "load": people}  # one dose each


def _community(land: Land, place: Place, rng: np.random.Generator) -> Row:
    name = place.name.removesuffix("村") + "社区"
    known = {"place": "社区服务中心", "contact": f"{land.names.person()}（社区网格员）"}
    return village(land, place, "community", name=name, **known, **_people(rng, COMMUNITY_PEOPLE))


def _school(land: Land, place: Place, number: int, rng: np.random.Generator) -> Row:
    name = place.name.removesuffix("村") + ("中学" if number % 3 == 0 else "小学")
    known = {"population": None, "population_65": None, "contact": f"{land.names.person()}（校医）"}
    return village(land, place, "school", name=name, place="学校操场", **known, **_people(rng, SCHOOL_PEOPLE))


def _outlying(land: Land, place: Place, rng: np.random.Generator) -> Row:
    # The lanes are too narrow for the vaccination vehicle, which is a bus.
    return village(land, place, "village", access_classes="car", **_people(rng, VILLAGE_PEOPLE))


def _check_up(land: Land, first: Place, second: Place) -> list[Row]:
    stem = first.name.removesuffix("村")
    contact = f"{land.names.person()}（体检联络员）"
    return [
        village(land, first, "checkup", name=f"{stem}老年体检点", place="文化广场", contact=contact),
        village(land, second, "results", name=f"{stem}体检结果发放点", place="文化站", contact=contact),
    ]


def _rules() -> list[Row]:
    parts = {"people_per_hour": PEOPLE_PER_HOUR, "setup_minutes": 20, "tail_minutes": 30, "min_gap_days": 1}
    return [
        row(
            id="community",
            name="社区轮流接种",
            visits=1,
            per="week",
            every=2,
            **{**parts, "min_gap_days": 10},
            windows="08:30-12:00;13:30-17:30",
            skills="接种",
            services="疫苗接种，留观30分钟",
            bring="身份证、接种证",
        ),
        row(
            id="school",
            name="学校接种（配心理老师）",
            visits=1,
            per="horizon",
            weekdays="Mon-Fri",
            **parts,
            windows="09:00-11:40;14:00-16:40",
            skills="接种;心理",
            priority=4,
            services="疫苗接种、心理疏导，留观30分钟",
            bring="接种证、家长签字的知情同意书",
        ),
        row(
            id="village",
            name="边远村上门接种",
            visits=1,
            per="month",
            **parts,
            windows="08:30-12:00;13:00-17:00",
            skills="接种",
            services="疫苗接种，留观30分钟",
            bring="身份证、接种证",
        ),
        *_check_up_rules(),
    ]


def _check_up_rules() -> list[Row]:
    """The published pair of days is 18 days apart: 23 September and 11 October."""
    known = {"skills": "体检", "priority": 5}
    return [
        row(
            id="checkup",
            name="集中体检日",
            dates="2026-03-04",
            service_minutes=240,
            **known,
            services="老年人体检",
            bring="身份证，空腹",
            results="3月22日（星期日）在体检结果发放点",
        ),
        row(
            id="results",
            name="体检结果发放日",
            dates="2026-03-22",
            service_minutes=150,
            **known,
            services="结果解读",
            bring="身份证",
        ),
    ]


def _teams(land: Land) -> list[Row]:
    seat, north = land.townships[0].id, _far(land).id
    usual = {"institution": "区疾病预防控制中心", "shift": "08:00-18:00"}
    return [
        team_row(
            land,
            "m1",
            "机动接种一队",
            seat,
            **usual,
            weekdays="Mon-Sat",
            skills="接种",
            capacity_per_day=420,
            vehicle="接种面包车",
        ),
        team_row(
            land,
            "m2",
            "机动接种二队",
            north,
            **usual,
            weekdays="Mon-Fri",
            skills="接种;心理",
            capacity_per_day=420,
            vehicle="接种面包车",
        ),
        team_row(
            land,
            "v1",
            "移动接种车",
            seat,
            **usual,
            weekdays="Tue-Sun",
            skills="接种;体检",
            capacity_per_day=900,
            speed_factor=0.85,
            access_class="bus",
            vehicle="移动接种车（中巴）",
        ),
    ]


SPEC = CountySpec(
    name="bishan",
    land=LandSpec(
        seed=2026,
        terrain=TerrainSpec(
            rows=106,
            columns=76,
            outlets=((0.45, 0.0), (0.62, 1.0), (0.0, 0.4), (1.0, 0.6)),
            uplift=_uplift,
            lowest_metres=210,
            highest_metres=880,
            valley_cells=1,
        ),
        places=SettlementSpec(townships=14, villages=140, seat_at=(0.5, 0.55)),
        names=NameStyle(villages="湾 沟 坝 嘴 岩 堡 塘 坪 房 林 坡 桥", townships="场 桥 铺 凤 滩 坝 塘"),
        seat_name="璧水街道",
        south_west=(106.06, 29.33),
        exits=((0.45, 0.0), (0.6, 1.0), (1.0, 0.55), (0.0, 0.5)),
        loops=60,
        spurs=150,
    ),
    tables=tables,
)
