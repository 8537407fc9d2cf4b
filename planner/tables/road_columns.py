"""The columns of the sheet roads."""

from __future__ import annotations

from planner.language import text
from planner.tables.column import Column

ROAD_CLASSES = {
    "motorway": "高速公路",
    "trunk": "国道",
    "primary": "省道",
    "secondary": "县道",
    "tertiary": "乡道",
    "unclassified": "村道",
    "residential": "居民区道路",
    "living_street": "生活街道",
    "service": "内部道路",
    "road": "未知道路",
    "track": "机耕路",
    "path": "步行小路",
    "ferry": "渡口",
}
SURFACES = {
    "paved": "硬化",
    "asphalt": "沥青",
    "concrete": "水泥",
    "compacted": "压实",
    "gravel": "砂石",
    "unpaved": "未硬化",
    "dirt": "土路",
    "grass": "草地",
    "sand": "沙地",
    "mud": "泥路",
}

GEOMETRY = Column(
    name="geometry",
    zh="线形",
    kind="geometry",
    is_required=True,
    example="LINESTRING (110.16 29.39, 110.17 29.40)",
    description=text("The line or area as WKT, longitude first; in GeoJSON and GeoPackage the geometry itself."),
    aliases=("wkt", "geom", "几何"),
)

ROAD_COLUMNS = (
    Column(
        name="id",
        zh="编号",
        kind="id",
        is_required=True,
        example="R12",
        description=text("Names the stretch; used in the sheet closures. Stretches may share an id."),
        aliases=("road_id", "osm_id", "code", "代码"),
    ),
    Column(
        name="name",
        zh="名称",
        kind="text",
        example="Chenjiahe road",
        example_zh="陈家河公路",
        description=text("The name people know."),
        aliases=("road_name", "路名"),
    ),
    Column(
        name="road_class",
        zh="道路等级",
        kind="choice",
        choices=ROAD_CLASSES,
        synonyms={"motorway_link": "motorway", "trunk_link": "trunk", "primary_link": "primary"},
        is_required=True,
        example="tertiary",
        example_zh="乡道",
        description=text("The class, which gives the usual speed."),
        aliases=("highway", "class", "fclass", "等级"),
    ),
    Column(
        name="surface",
        zh="路面",
        kind="choice",
        choices=SURFACES,
        synonyms={
            "ground": "dirt",
            "earth": "dirt",
            "fine_gravel": "gravel",
            "pebblestone": "gravel",
            "柏油": "asphalt",
        },
        example="asphalt",
        example_zh="沥青",
        description=text("The surface, which may slow the road, more so in the wet season."),
        aliases=("路面类型",),
    ),
    Column(
        name="one_way",
        zh="单行",
        kind="yes_no",
        example="no",
        example_zh="否",
        description=text("Yes: may be driven only in the direction it is drawn."),
        default=text("no"),
        aliases=("oneway", "单行道"),
    ),
    Column(
        name="kind",
        zh="类型",
        kind="choice",
        choices={"bridge": "桥", "ford": "漫水路", "ferry": "渡船", "pass": "垭口", "tunnel": "隧道"},
        synonyms={"桥梁": "bridge", "涉水": "ford", "轮渡": "ferry", "山口": "pass"},
        example="bridge",
        example_zh="桥",
        description=text(
            "Marks a bridge, ford, ferry, pass or tunnel: fords close in the wet season, passes in winter."
        ),
        aliases=("crossing", "构造物"),
    ),
    Column(
        name="minutes",
        zh="通过分钟",
        kind="whole",
        low=1,
        high=1440,
        unit=text("minutes"),
        example="",
        description=text("How long it takes to cross, where the class and surface do not say: a ferry."),
        aliases=("duration",),
    ),
    GEOMETRY,
)
