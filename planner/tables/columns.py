"""Every column of every sheet: the one place the reader, the template and the format manual are made from."""

from __future__ import annotations

from dataclasses import replace

from planner.language import text
from planner.tables.column import Column, Kind, Sheet
from planner.tables.datum_columns import DATUM
from planner.tables.outcome_columns import OUTCOME_COLUMNS
from planner.tables.place_columns import BASE_COLUMNS, VILLAGE_COLUMNS, id_column, name_column
from planner.tables.promise_columns import FOLLOW_COLUMNS, PIN_COLUMNS
from planner.tables.road_columns import GEOMETRY, ROAD_COLUMNS
from planner.tables.rule_columns import FREQUENCY_COLUMNS, NEEDS_COLUMNS, PREFERRED_TEAM, SERVICE_COLUMNS
from planner.tables.setting_columns import SETTING_COLUMNS, SETTINGS
from planner.tables.team_columns import TEAM_COLUMNS

__all__ = ["SETTINGS", "SHEETS", "SHEET_BY_NAME", "Column", "Kind", "Sheet", "column_of"]


RULE_COLUMNS = (
    replace(
        id_column("weekly"),
        is_required=True,
        description=text("A short unique name, used in the column rule of the sheet villages."),
    ),
    name_column("Weekly clinic", "每周巡诊", "规则名称"),
    *FREQUENCY_COLUMNS,
    *SERVICE_COLUMNS,
    *NEEDS_COLUMNS,
    PREFERRED_TEAM,
    *FOLLOW_COLUMNS,
)

FIRST_DAY = Column(
    name="first_day",
    zh="开始日期",
    kind="date",
    example="2026-02-16",
    is_required=True,
    description=text("The first day."),
    aliases=("day", "date", "start", "from", "日期", "起始日期"),
)
LAST_DAY = Column(
    name="last_day",
    zh="结束日期",
    kind="date",
    example="2026-02-22",
    description=text("The last day, included."),
    aliases=("end", "to", "until", "截止日期"),
)

CALENDAR_COLUMNS = (
    FIRST_DAY,
    replace(LAST_DAY, default=text("the first day only")),
    Column(
        name="kind",
        zh="类型",
        kind="choice",
        choices={"workday": "工作日", "weekend": "周末", "holiday": "节假日", "makeup": "调休上班"},
        synonyms={
            "放假": "holiday",
            "假日": "holiday",
            "休": "holiday",
            "班": "makeup",
            "补班": "makeup",
            "上班": "makeup",
        },
        is_required=True,
        example="holiday",
        example_zh="节假日",
        description=text("What kind of day it is; this wins over the public calendar."),
        aliases=("type", "日期类型"),
    ),
    name_column("Spring Festival", "春节", "节日"),
)

CLOSURE_COLUMNS = (
    Column(
        name="kind",
        zh="类型",
        kind="choice",
        choices={"village": "村庄", "road": "道路"},
        synonyms={"site": "village", "村": "village", "路": "road"},
        is_required=True,
        example="road",
        example_zh="道路",
        description=text("What is closed: a village or a road."),
        aliases=("type",),
    ),
    replace(
        id_column("R12"),
        is_required=True,
        description=text("The id or name of the village or road."),
        aliases=("name", "名称", "code", "代码"),
    ),
    FIRST_DAY,
    replace(LAST_DAY, is_required=True),
    Column(
        name="reason",
        zh="原因",
        kind="text",
        example="landslide",
        example_zh="塌方",
        description=text("Why; printed for the teams."),
        aliases=("封闭原因",),
    ),
)

SHEETS = (
    Sheet(
        name="villages",
        zh="村庄",
        columns=VILLAGE_COLUMNS,
        is_required=True,
        description=text(
            "One row for each village or other place that is visited. A filled cell wins over the village's rules."
        ),
        aliases=("village", "sites", "site", "村", "站点", "服务点"),
    ),
    Sheet(
        name="teams",
        zh="队伍",
        columns=TEAM_COLUMNS,
        is_required=True,
        description=text("One row for each mobile-hospital team."),
        aliases=("team", "团队", "医疗队"),
    ),
    Sheet(
        name="bases",
        zh="基地",
        columns=BASE_COLUMNS,
        is_required=True,
        description=text("Where teams start and end their day."),
        aliases=("base", "depots", "驻地", "出发点"),
    ),
    Sheet(
        name="rules",
        zh="规则",
        columns=RULE_COLUMNS,
        description=text("How often villages are visited. Not needed where villages say it themselves."),
        aliases=("rule", "巡诊规则"),
    ),
    Sheet(
        name="calendar",
        zh="日历",
        columns=CALENDAR_COLUMNS,
        description=text("Days that differ from the public calendar."),
        aliases=("calendars", "holidays", "节假日"),
    ),
    Sheet(
        name="closures",
        zh="封闭",
        columns=CLOSURE_COLUMNS,
        description=text("Villages and roads that are closed on some days."),
        aliases=("closure", "封路", "停诊"),
    ),
    Sheet(
        name="pins",
        zh="固定安排",
        columns=PIN_COLUMNS,
        description=text("Visits that are fixed beforehand: made on this day whatever the search would prefer."),
        aliases=("pin", "pinned", "fixed_visits", "固定巡诊"),
    ),
    Sheet(
        name="outcomes",
        zh="巡诊记录",
        columns=OUTCOME_COLUMNS,
        description=text(
            "What came of visits that were planned before, one row for each: the next plan counts from the last visit "
            "held, and repays those missed."
        ),
        aliases=("outcome", "past_visits", "巡诊结果", "历史"),
    ),
    Sheet(
        name="roads",
        zh="道路",
        columns=ROAD_COLUMNS,
        is_drawn=True,
        description=text("The roads, one row or feature for each stretch. Without it, travel is estimated."),
        aliases=("road", "路网"),
    ),
    Sheet(
        name="rivers",
        zh="河流",
        columns=(name_column("Li river", "澧水"), GEOMETRY, DATUM),
        is_drawn=True,
        description=text("Rivers, for the maps only."),
        aliases=("river",),
    ),
    Sheet(
        name="boundary",
        zh="边界",
        columns=(name_column("Sangzhi", "桑植县"), GEOMETRY, DATUM),
        is_drawn=True,
        description=text("The county's boundary, for the maps only."),
        aliases=("boundaries", "县界"),
    ),
    Sheet(
        name="settings",
        zh="设置",
        columns=SETTING_COLUMNS,
        description=text("A few facts about the county, one in each row."),
        aliases=("setting", "参数"),
    ),
)
SHEET_BY_NAME = {sheet.name: sheet for sheet in SHEETS}


def column_of(sheet: str, name: str) -> Column:
    """Return a column by the names of its sheet and itself; KeyError if there is none."""
    return SHEET_BY_NAME[sheet].column(name)
