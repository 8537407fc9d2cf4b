"""The columns of what is promised beforehand: fixed visits, and visits that follow others some days later."""

from __future__ import annotations

from planner.language import text
from planner.tables.column import Column
from planner.tables.rule_columns import DAYS

PIN_COLUMNS = (
    Column(
        name="village",
        zh="村庄",
        kind="id",
        is_required=True,
        example="V001",
        description=text("The village, by id or name."),
        aliases=("site", "站点", "村"),
    ),
    Column(
        name="rule",
        zh="规则",
        kind="id",
        example="weekly",
        example_zh="每周2次",
        description=text("Which of the village's rules the visit is for."),
        default=text("the village's only rule"),
        aliases=("rules", "巡诊规则"),
    ),
    Column(
        name="date",
        zh="日期",
        kind="date",
        is_required=True,
        example="2026-03-05",
        description=text("The day on which the visit is made; one of the planned days."),
        aliases=("day", "巡诊日期"),
    ),
    Column(
        name="team",
        zh="队伍",
        kind="id",
        example="T1",
        description=text("The team that makes it, by id or name."),
        default=text("any team"),
        aliases=("团队", "医疗队"),
    ),
)

FOLLOW_COLUMNS = (
    Column(
        name="follows_rule",
        zh="跟随规则",
        kind="id",
        example="weekly",
        description=text(
            "The rule whose visits are followed: one visit is asked some days after each of them, at most as many as "
            "visits says for the whole plan (per is then horizon). A visit that is owed asks for none."
        ),
        aliases=("follows", "随访规则"),
    ),
    Column(
        name="follows_village",
        zh="跟随村庄",
        kind="id",
        example="V001",
        description=text("The village where the visits are made that are followed."),
        default=text("the same village"),
        aliases=("follows_site", "跟随站点"),
    ),
    Column(
        name="after_days_min",
        zh="最少几天后",
        kind="whole",
        low=1,
        high=400,
        unit=DAYS,
        example="14",
        description=text("At least this many days after the visit that is followed; needed with follows_rule."),
        aliases=("after_days", "最早几天后"),
    ),
    Column(
        name="after_days_max",
        zh="最多几天后",
        kind="whole",
        low=1,
        high=400,
        unit=DAYS,
        example="21",
        description=text("At most this many days after the visit that is followed; needed with follows_rule."),
        aliases=("最晚几天后",),
    ),
)
