"""daoxian: stations on holidays and weekends, follow-ups in villages and homes, a specialist that places share."""

from __future__ import annotations

from datetime import date, timedelta

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

CENTRE = "城关社区卫生服务中心"
STATIONS, FOLLOW_UPS, HOMES = 14, 26, 8  # places with a health station; with follow-ups only; households
HOLIDAY_RULES = ("holiday-first", "holiday-last")
EARLIEST_SURVEY = date(2026, 2, 2)  # the last one; the next is due 95 days later, in May


def _uplift(x: Grid, y: Grid, rng: np.random.Generator) -> Grid:
    """A basin with mountains to the west, south and east; the river leaves in the north-east."""
    rim = np.maximum(np.abs(x - 0.5) * 2, 1.0 - 1.5 * y)
    return np.asarray(
        0.06 + np.clip(rim - 0.35, 0, 1) ** 1.3 * 1.6 * (1 + 0.5 * smooth_noise(x.shape, len(x) / 8, rng))
    )


def tables(land: Land) -> Tables:
    """Return the sheets."""
    near = sorted(land.villages, key=lambda place: (place.seat_km, place.id))
    stations, others = near[:STATIONS], near[STATIONS : STATIONS + FOLLOW_UPS]
    villages = [
        *(_station(land, place, k) for k, place in enumerate(stations)),
        *(_follow_up(land, place, k) for k, place in enumerate(others)),
    ]
    teams = _teams(land)
    bases = [base_row(land, land.townships[0], CENTRE), _hospital(land)]
    facts = settings(land, name="道县（示例县）", terrain="hills", start="2026-04-27", weeks=4)
    homes = [_home(land, place, k) for k, place in enumerate(others[:HOMES])]  # last: the names before stay as they are
    return {
        "villages": sorted([*villages, *homes], key=lambda cells: cells["id"]),
        "teams": teams,
        "bases": bases,
        "rules": [*_station_rules(), *_follow_up_rules()],
        "closures": [
            row(
                kind="village",
                id=others[4].id,
                first_day="2026-05-11",
                last_day="2026-05-12",
                reason="村部换届选举",
            )
        ],
        "settings": facts,
    }


def _station(land: Land, place: Place, number: int) -> Row:
    """Six stations are open every weekend, four every second one, and six have a session in the May holiday."""
    rules = ["weekend" if number < 6 else "weekend2"] if number < 10 else ["monthly"]
    rules += [HOLIDAY_RULES[number % 2]] if number < 6 else []
    rules += ["specialist"] if number % 2 else []
    kind, at = (("社区", "社区健康驿站"), ("产业园", "园区健康驿站"), ("集贸市场", "市场管理所旁"))[number % 3]
    return village(
        land,
        place,
        ";".join(rules),
        name=place.name.removesuffix("村") + kind,
        owner=CENTRE,
        holiday_allowed=True,
        market_days="3;8" if kind == "集贸市场" else None,
        market_calendar="lunar" if kind == "集贸市场" else None,
        place=at,
        population_65=None if kind == "产业园" else place.population_65,
        contact=f"{land.names.person()}（驿站负责人）",
    )


def _follow_up(land: Land, place: Place, number: int) -> Row:
    rules = ["chronic"] if number < 16 else ["monthly"]
    surveyed = number % 2 == 0
    last = EARLIEST_SURVEY + timedelta(days=number % 12)
    rules += ["survey"] if surveyed else []
    rules += ["specialist"] if number % 8 == 3 else []
    return village(
        land,
        place,
        ";".join(rules),
        owner=CENTRE,
        market_days="3;8" if place.population > 900 else None,
        last_visited=f"survey={last.isoformat()}" if surveyed else None,
    )


def _home(land: Land, place: Place, number: int) -> Row:
    """Someone who cannot come to the clinic, in a house some 400 m off: nothing public may tell of it."""
    east, north = ((0.004, 0.0), (0.0, 0.004), (-0.004, 0.0), (0.0, -0.004))[number % 4]
    return row(
        id=f"h{number + 1:02d}",
        name=f"{place.name}户{number + 1:02d}",  # never a patient's name: it stands on crew sheets
        lon=round(place.lon + east, 5),
        lat=round(place.lat + north, 5),
        township=place.township,
        rule="home",
        owner=CENTRE,
        place=f"{place.name}{number + 3}组",
        contact=f"{land.names.person()}（家属）",
        phone=land.names.phone(),
    )


def _station_rules() -> list[Row]:
    session = {
        "setup_minutes": 20,
        "people": 60,
        "people_per_hour": 30,
        "windows": "08:30-12:00;14:00-17:30",
        "skills": "全科",
        "services": "免费测血压血糖、健康咨询、上班族体检预约",
        "bring": "身份证",
    }
    weekend = {"visits": 1, "per": "week", "weekdays": "Sat;Sun", "min_gap_days": 5}
    return [
        row(id="weekend", name="健康驿站周末门诊", **weekend, **session),
        row(id="weekend2", name="健康驿站隔周周末门诊", **{**weekend, "every": 2}, **session),
        row(id=HOLIDAY_RULES[0], name="五一专场（首日）", dates="2026-05-01", **session, priority=4),
        row(id=HOLIDAY_RULES[1], name="五一专场（末日）", dates="2026-05-05", **session, priority=4),
    ]


def _follow_up_rules() -> list[Row]:
    usual = {"skills": "全科", "windows": "08:00-12:00;13:00-17:30"}
    weekly = {"visits": 1, "per": "week", "min_gap_days": 3, "service_minutes": 60}
    monthly = {"visits": 1, "per": "month", "service_minutes": 90}
    quarterly = {"visits": 1, "per": "quarter", "min_gap_days": 60, "max_gap_days": 95, "service_minutes": 60}
    return [
        row(id="chronic", name="慢病每周随访", **weekly, **usual, services="高血压、糖尿病随访", bring="正在吃的药"),
        row(id="monthly", name="每月健康教育", **monthly, **usual, services="健康讲座、建档"),
        row(  # from house to house: nothing for a notice
            id="survey",
            name="季度居民健康调查",
            **quarterly,
            **usual,
            services="入户问卷、建档更新",
            announced=False,
        ),
        row(
            id="home",
            name="行动不便慢病患者上门随访",
            visits=1,
            per="week",
            every=2,
            min_gap_days=10,
            service_minutes=30,
            skills="全科",
            windows="08:30-12:00;14:00-17:30",
            services="上门测血压血糖、换药、送药",
            announced=False,
        ),
        row(
            id="specialist",
            name="县级专家坐诊",
            visits=1,
            per="month",
            service_minutes=150,
            windows="08:30-12:00;14:00-17:30",
            skills="专科",
            priority=4,
            owned=False,  # whoever owns the village: there is only one specialist
            services="心血管、内分泌专家门诊",
            bring="身份证、医保卡、以前的检查单",
        ),
    ]


def _hospital(land: Land) -> Row:
    seat = land.townships[0]
    return row(
        id="b99",
        name="县人民医院",
        lon=round(seat.lon + 0.002, 5),
        lat=round(seat.lat - 0.001, 5),
        phone=land.names.phone(),
    )


def _teams(land: Land) -> list[Row]:
    seat = land.townships[0].id
    weekday = [
        team_row(land, f"d{k}", f"随访{k}组", seat, institution=CENTRE, skills="全科", vehicle="随访电动车")
        for k in (1, 2)
    ]
    holiday = [
        team_row(
            land,
            f"d{k}",
            f"驿站{k - 2}组",
            seat,
            institution=CENTRE,
            weekdays="Wed-Sun",
            works_holidays=True,
            skills="全科",
            vehicle="健康驿站车",
        )
        for k in (3, 4, 5)
    ]
    specialist = team_row(
        land,
        "s1",
        "县医院专家组",
        "b99",
        institution="县人民医院",
        weekdays="Tue;Thu;Sat",
        max_stops_per_day=2,
        skills="专科",
        vehicle="医院公务车",
    )
    return [*weekday, *holiday, specialist]


SPEC = CountySpec(
    name="daoxian",
    land=LandSpec(
        seed=45,
        terrain=TerrainSpec(
            rows=112,
            columns=104,
            outlets=((0.62, 1.0),),
            uplift=_uplift,
            lowest_metres=170,
            highest_metres=1750,
            valley_cells=3,
        ),
        places=SettlementSpec(townships=15, villages=170, seat_at=(0.52, 0.58)),
        names=NameStyle(villages="洞 田 井 塘 冲 源 坝 寨 岭 湾 坪 家", townships="洞 塘 江 井 田 桥 岩"),
        seat_name="濂溪街道",
        south_west=(111.30, 25.26),
        exits=((0.62, 1.0), (0.3, 0.0), (1.0, 0.55), (0.0, 0.62)),
        loops=60,
        spurs=160,
    ),
    tables=tables,
)
