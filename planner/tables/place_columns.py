"""The columns of places, villages and bases, and those that several sheets share."""

from __future__ import annotations

from dataclasses import replace

from planner.language import text
from planner.tables.column import Column
from planner.tables.datum_columns import DATUM
from planner.tables.rule_columns import FREQUENCY_COLUMNS, NEEDS_COLUMNS, PREFERRED_TEAM, SERVICE_COLUMNS


def id_column(example: str) -> Column:
    """Return the column of ids, with the example given."""
    return Column(
        name="id",
        zh="编号",
        kind="id",
        example=example,
        description=text("A short unique name used in other sheets. May be left out where the name is unique."),
        aliases=("code", "代码", "ID号"),
    )


def name_column(example: str, example_zh: str, *aliases: str) -> Column:
    """Return the column of names, with the example given."""
    return Column(
        name="name",
        zh="名称",
        kind="text",
        example=example,
        example_zh=example_zh,
        description=text("The name people know."),
        aliases=aliases,
    )


LON = Column(
    name="lon",
    zh="经度",
    kind="number",
    low=-180,
    high=180,
    unit=text("degrees"),
    example="110.1642",
    is_required=True,
    description=text("Longitude in decimal degrees, or as 110°15′30″."),
    aliases=("longitude", "lng", "x", "东经"),
)
LAT = Column(
    name="lat",
    zh="纬度",
    kind="number",
    low=-90,
    high=90,
    unit=text("degrees"),
    example="29.3981",
    is_required=True,
    description=text("Latitude in decimal degrees, or as 29°23′53″."),
    aliases=("latitude", "y", "北纬"),
)
PHONE = Column(
    name="phone",
    zh="电话",
    kind="text",
    example="0744-5550101",
    description=text("A telephone number, kept as text."),
    aliases=("telephone", "tel", "联系电话", "手机"),
)

VILLAGE_COLUMNS = (
    id_column("V001"),
    name_column("Huangmutan", "黄木滩村", "village", "village_name", "村名", "村庄", "村"),
    LON,
    LAT,
    DATUM,
    Column(
        name="township",
        zh="乡镇",
        kind="text",
        example="Chenjiahe",
        example_zh="陈家河镇",
        description=text("The township the village belongs to; a team may own a whole township."),
        aliases=("town", "乡", "镇", "所属乡镇"),
    ),
    Column(
        name="rule",
        zh="规则",
        kind="references",
        example="weekly",
        example_zh="每周2次",
        description=text(
            "Ids of the sheet rules, separated by ; or short forms such as 2/week and 1/month. "
            "May be left out where visits is given."
        ),
        aliases=("rules", "巡诊规则", "频次规则"),
    ),
    Column(
        name="owner",
        zh="包联单位",
        kind="id",
        example="T1",
        description=text("The team or institution that owns the village: others come only when lent."),
        aliases=("institution", "包联队伍", "责任单位"),
    ),
    Column(
        name="access_classes",
        zh="可通行车型",
        kind="names",
        example="car;4x4",
        description=text("Vehicle classes that can get there."),
        default="all",
        aliases=("access", "access_class", "通行车型"),
    ),
    Column(
        name="holiday_allowed",
        zh="节假日可服务",
        kind="yes_no",
        example="no",
        example_zh="否",
        description=text("Yes: visits may also be made on public holidays."),
        default="no",
        aliases=("is_holiday_allowed", "holidays"),
    ),
    Column(
        name="market_days",
        zh="赶集日",
        kind="market_digits",
        example="3;8",
        example_zh="逢三逢八",
        description=text("Market days by the last digit of the day of the month; a visit on one is preferred."),
        aliases=("market", "集日", "圩日"),
    ),
    Column(
        name="market_calendar",
        zh="赶集历法",
        kind="choice",
        choices={"lunar": "农历", "solar": "公历"},
        synonyms={"阴历": "lunar", "阳历": "solar"},
        example="lunar",
        example_zh="农历",
        description=text("The calendar the market days follow."),
        default="lunar",
    ),
    Column(
        name="population",
        zh="人口",
        kind="whole",
        low=0,
        high=10**8,
        example="860",
        description=text("People who live there."),
        default="0",
        aliases=("总人口", "常住人口"),
    ),
    Column(
        name="population_65",
        zh="65岁以上人口",
        kind="whole",
        low=0,
        high=10**8,
        example="190",
        description=text("People of 65 and over."),
        default="0",
        aliases=("pop65", "65+", "老年人口", "65岁及以上人口"),
    ),
    Column(
        name="place",
        zh="服务地点",
        kind="text",
        example="village clinic, by the school",
        example_zh="村卫生室，小学旁",
        description=text("Where in the village the team sets up."),
        aliases=("venue", "地点"),
    ),
    Column(
        name="contact",
        zh="联系人",
        kind="text",
        example="village doctor Tian",
        example_zh="田村医",
        description=text("Who opens the door."),
    ),
    PHONE,
    Column(
        name="last_visited",
        zh="上次巡诊日期",
        kind="rule_values",
        example="2026-02-24",
        description=text(
            "The day of the last visit. Where the village has several rules: weekly=2026-02-24;monthly=2026-02-03."
        ),
        aliases=("last_visit", "上次日期"),
    ),
    replace(
        PREFERRED_TEAM,
        kind="rule_values",
        description=text(
            "The team that should come, by id or name. Where the village has several rules: weekly=T1;monthly=T2."
        ),
    ),
    *FREQUENCY_COLUMNS,
    *SERVICE_COLUMNS,
    *NEEDS_COLUMNS,
)

BASE_COLUMNS = (
    replace(id_column("B1"), aliases=("base_id", "code", "代码")),
    name_column("County hospital", "县人民医院", "base", "基地"),
    LON,
    LAT,
    DATUM,
    PHONE,
)
