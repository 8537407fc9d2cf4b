"""The columns of the sheet outcomes: what came of visits that were planned."""

from __future__ import annotations

from dataclasses import replace

from planner.history import MOST_PEOPLE
from planner.language import text
from planner.tables.column import Column
from planner.tables.promise_columns import PIN_COLUMNS

VILLAGE, RULE, DAY, TEAM = PIN_COLUMNS
OUTCOME_COLUMNS = (
    VILLAGE,
    replace(RULE, description=text("Which of the village's rules the visit was for.")),
    replace(DAY, description=text("The day for which the visit was planned.")),
    Column(
        name="outcome",
        zh="结果",
        kind="choice",
        choices={"held": "已巡诊", "missed": "未巡诊"},
        synonyms={
            "yes": "held", "done": "held", "是": "held", "√": "held", "✓": "held", "完成": "held", "已完成": "held",
            "no": "missed", "not held": "missed", "否": "missed", "×": "missed", "未完成": "missed", "取消": "missed",
        },
        example="missed",
        example_zh="未巡诊",
        description=text("Whether the visit was held or missed."),
        default=text("nobody has told yet; the row counts as planned only"),
        aliases=("held", "status", "巡诊结果", "完成情况"),
    ),
    Column(
        name="reason",
        zh="原因",
        kind="choice",
        choices={
            "weather": "天气", "road": "道路不通", "vehicle": "车辆故障", "staff": "人员不足",
            "site_closed": "村里关门", "nobody_came": "无人前来", "emergency": "紧急任务", "other": "其他",
        },
        example="road",
        example_zh="道路不通",
        description=text("Why a visit was missed."),
        default="other",
        aliases=("why", "未巡诊原因"),
    ),
    Column(
        name="people",
        zh="就诊人数",
        kind="whole",
        low=0,
        high=MOST_PEOPLE,
        description=text("How many people were seen."),
        aliases=("people_seen", "人数"),
    ),
    Column(
        name="referrals",
        zh="转诊人数",
        kind="whole",
        low=0,
        high=MOST_PEOPLE,
        description=text("How many of them were referred."),
        aliases=("referred", "转诊"),
    ),
    replace(TEAM, kind="text", description=text("The team that was to make it."), default=None),
)  # fmt: skip
