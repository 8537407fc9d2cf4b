"""The settings: what the sheet of that name may say, one fact or price a row."""

from __future__ import annotations

from dataclasses import replace

from planner.balance import Balance
from planner.language import Text, text
from planner.model import ObjectiveWeights
from planner.tables.column import Column
from planner.tables.datum_columns import DATUM
from planner.tables.place_columns import PHONE
from planner.values import LARGEST_PRICE

KILOMETRES = text("kilometres")

SETTING_COLUMNS = (
    Column(
        name="setting",
        zh="项目",
        kind="id",
        is_required=True,
        example="terrain",
        example_zh="地形",
        description=text("The name of the setting."),
        aliases=("name", "名称", "设置项"),
    ),
    Column(
        name="value",
        zh="值",
        kind="text",
        example="mountains",
        example_zh="山区",
        description=text("Its value."),
        aliases=("内容",),
    ),
)

FACTS = (
    Column(
        name="name",
        zh="县名",
        kind="text",
        example="Sangzhi",
        example_zh="桑植县",
        description=text("The county's name, printed on every sheet."),
        aliases=("county", "名称"),
    ),
    Column(
        name="country",
        zh="国家",
        kind="id",
        example="CN",
        description=text("Two-letter code of the country whose public holidays hold."),
        default="CN",
        synonyms={"中国": "CN"},
    ),
    replace(PHONE, description=text("The telephone number of the office that plans.")),
    replace(
        PHONE,
        name="emergency_phone",
        zh="急救电话",
        aliases=("emergency",),
        example="120",
        default="120",
        description=text("The number to call in an emergency."),
    ),
    replace(
        PHONE,
        name="notice_phone",
        zh="咨询电话",
        aliases=("hotline", "公告电话"),
        default=text("the telephone of the base of the team that comes"),
        description=text("The number on every village notice and in every text message."),
    ),
    Column(
        name="map_review_number",
        zh="审图号",
        kind="text",
        example="GS(2026)0001",
        default=text("no map on the notices"),
        description=text(
            "The review number of a map that may be shown in public. With it every village notice has a small map "
            "and the number below."
        ),
        aliases=("map_approval_number", "地图审图号"),
    ),
    Column(
        name="navigation_codes",
        zh="导航二维码",
        kind="choice",
        choices={"standard": "通用", "amap": "高德", "off": "不印"},
        synonyms={"高德地图": "amap", "gaode": "amap", "标准": "standard", "不打印": "off"},
        example="standard",
        example_zh="通用",
        default="standard",
        description=text(
            "The QR codes of the stops on the crew sheets: standard for most map programs, amap for phones that open "
            "them in Amap (高德), off for no codes."
        ),
        aliases=("qr_codes", "二维码"),
    ),
    Column(
        name="crew_paper",
        zh="队员用表纸张",
        kind="choice",
        choices={"A4": "A4", "A3": "A3"},
        synonyms={"a4纸": "A4", "a3纸": "A3"},
        example="A3",
        default="A4",
        description=text("The paper of the crew sheets: A3 shows the same pages larger by 1.41."),
        aliases=("paper", "纸张", "打印纸张"),
    ),
    Column(
        name="terrain",
        zh="地形",
        kind="choice",
        choices={"plains": "平原", "hills": "丘陵", "mountains": "山区"},
        synonyms={"plain": "plains", "hill": "hills", "mountain": "mountains", "山地": "mountains"},
        example="mountains",
        example_zh="山区",
        default="hills",
        description=text("How winding the roads are, where none are given."),
    ),
    replace(
        DATUM,
        default="WGS-84",
        description=text("The system that villages and bases are given in, where neither row nor heading says it."),
    ),
    replace(
        DATUM,
        name="map_datum",
        zh="地图坐标系",
        aliases=(),
        default="WGS-84",
        description=text("The system that roads, rivers and boundary are given in, where the row does not say it."),
    ),
    Column(
        name="season",
        zh="季节",
        kind="choice",
        choices={"dry": "旱季", "wet": "雨季", "winter": "冬季"},
        example="dry",
        example_zh="旱季",
        default="dry",
        description=text("How fast the roads are: wet slows unpaved roads and closes fords, winter slows all."),
    ),
    Column(
        name="start",
        zh="开始日期",
        kind="date",
        example="2026-03-02",
        default=text("the Monday to come"),
        description=text("The first day to plan, where the command does not say it; a Monday is best."),
        aliases=("first_day", "起始日期"),
    ),
    Column(
        name="weeks",
        zh="周数",
        kind="whole",
        low=1,
        high=53,
        example="4",
        default="1",
        description=text("How many weeks to plan, where the command does not say it."),
    ),
)


def price_column(name: str, zh: str, default: float, description: Text, *aliases: str) -> Column:
    """Return the setting of a price, in kilometres driven."""
    return Column(
        name=name,
        zh=zh,
        kind="number",
        low=0,
        high=LARGEST_PRICE,
        unit=KILOMETRES,
        example=f"{default:g}",
        default=f"{default:g}",
        description=description,
        aliases=aliases,
    )


USUAL_PRICES = ObjectiveWeights()
PRICES = (
    price_column("price_km", "每公里价格", USUAL_PRICES.per_km, text("What a kilometre driven costs.")),
    price_column(
        "price_duty_hour", "每工时价格", USUAL_PRICES.per_duty_hour, text("What an hour of a team on duty costs.")
    ),
    price_column(
        "price_unserved_visit",
        "每次欠访价格",
        USUAL_PRICES.per_unserved_visit,
        text("What a visit that is owed costs, times its priority."),
    ),
    price_column(
        "price_lent_visit",
        "每次外借价格",
        USUAL_PRICES.per_lent_visit,
        text("What a visit by a team that does not own the village costs."),
    ),
    price_column(
        "price_other_team",
        "非首选队伍价格",
        USUAL_PRICES.per_visit_by_other_team,
        text("What a visit by another than the preferred team costs."),
    ),
    price_column(
        "price_extra_team",
        "多一支队伍价格",
        USUAL_PRICES.per_extra_team_at_site,
        text("What each team beyond the first costs that comes to a village for the same rule."),
    ),
    price_column(
        "price_missed_market_day",
        "错过赶集日价格",
        USUAL_PRICES.per_missed_market_day,
        text("What a visit off the market costs at a village that has one."),
    ),
    price_column(
        "price_extra_weekday",
        "多一个星期几价格",
        USUAL_PRICES.per_extra_weekday,
        text("What each weekday costs beyond the fewest on which the visits of a village and rule could fall."),
    ),
    price_column(
        "price_night_away",
        "外宿一晚价格",
        USUAL_PRICES.per_night_away,
        text("What each night costs that a team sleeps out."),
    ),
)
WEIGHT_BY_PRICE = {
    "price_km": "per_km",
    "price_duty_hour": "per_duty_hour",
    "price_unserved_visit": "per_unserved_visit",
    "price_lent_visit": "per_lent_visit",
    "price_other_team": "per_visit_by_other_team",
    "price_extra_team": "per_extra_team_at_site",
    "price_missed_market_day": "per_missed_market_day",
    "price_extra_weekday": "per_extra_weekday",
    "price_night_away": "per_night_away",
}

USUAL_BALANCE = Balance()
BALANCE = (
    Column(
        name="balance_percent",
        zh="均衡百分比",
        kind="number",
        low=0,
        high=100,
        example=f"{100 * USUAL_BALANCE.spread:g}",
        default=text("the workload is not compared"),
        description=text(
            "How far the hours on duty per available day of a team may differ from the mean of the teams that could "
            "make any visit, in per cent; hours outside cost balance_price each."
        ),
    ),
    Column(
        name="balance_over",
        zh="均衡对象",
        kind="choice",
        choices={"team": "队伍", "institution": "单位"},
        synonyms={"teams": "team", "institutions": "institution", "机构": "institution"},
        example="team",
        example_zh="队伍",
        default=USUAL_BALANCE.scope,
        description=text(
            "Whose workload is compared: that of each team, or of the teams of each institution together."
        ),
    ),
    price_column(
        "balance_price",
        "均衡价格",
        USUAL_BALANCE.price_per_hour,
        text(
            "What each hour outside the band of the workload costs; only with balance_percent. What the even workload "
            "costs in kilometres is measured and told with the plan."
        ),
    ),
)

SETTINGS = (*FACTS, *PRICES, *BALANCE)
