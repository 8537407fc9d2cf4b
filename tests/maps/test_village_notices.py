"""Village notices, without a browser: what stands on them, how large, and what never does."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import replace

import pytest

from maps.labels import text_width
from maps.locator import draw_locator
from maps.village_notices import ROOM, WIDTH, NoticePage, crowded, notice_pages
from planner.announcements import Announcement
from planner.language import say
from tests.maps.hostile import NAMES
from tests.maps.notices import announcement, document, offer, session
from tests.maps.scenery import make_county
from tests.maps.test_render import Addresses


def page_of(told: Announcement, language: str = "zh") -> NoticePage:
    (page,) = notice_pages([told], language=language, county_name="示例县")
    return page


def lines_of(sheet: str, kind: str) -> list[str]:
    """Return the texts of a kind of line, as a reader sees them."""
    found = re.findall(rf'<p class="{kind}"[^>]*>(?:<b>[^<]*</b>)?<bdi>(.*?)</bdi></p>', sheet, re.DOTALL)
    return [html.unescape(text) for text in found]


@pytest.mark.parametrize(
    ("language", "day", "lunar", "hours", "results"),
    [
        ("zh", "3月2日 星期一", "农历正月十四", "上午8:15–11:00", "3月22日 星期日 上午8:15–11:00 文化站"),
        ("en", "Monday 2 March", "lunar month 1, day 14", "08:15–11:00", "Sunday 22 March 08:15–11:00 文化站"),
    ],
)
def test_notice_says_all_a_villager_asks(language: str, day: str, lunar: str, hours: str, results: str) -> None:
    """Day, weekday, lunar day, hours, place, services, who comes, what to bring, results, telephone."""
    told = announcement(offer(sessions=(session(0),)))
    sheet = document(told, language=language)
    assert [lines_of(sheet, kind) for kind in ("date", "lunar", "hours")] == [[day], [lunar], [hours]]
    assert lines_of(sheet, "village") == ["田家潭村"]
    assert lines_of(sheet, "place") == ["村卫生室"]
    assert lines_of(sheet, "phone") == ["0744-5550101 澧源坪镇卫生院"]
    services, who, bring, handed_out = lines_of(sheet, "detail")
    assert (services, who) == ("坐诊看病、慢病随访、家庭医生签约服务", "澧源坪镇卫生院 · 澧源坪镇驻村1组")
    assert (bring, handed_out) == ("身份证、医保卡", results)


def test_notice_is_black_and_white_without_emoji_and_in_fonts_that_have_chinese() -> None:
    """Only greys in the style; no pictograph; the stack names fonts of Linux, Windows and macOS."""
    sheet = document(announcement(), language="zh", picture=locator())
    colours = set(re.findall(r"#([0-9a-fA-F]{3,8})\b", sheet))
    assert all(is_grey(colour) for colour in colours)
    assert not [sign for sign in sheet if unicodedata.category(sign) == "So"]
    assert all(font in sheet for font in ("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "SimHei"))


def is_grey(colour: str) -> bool:
    """Return whether red, green and blue of ``abc`` or ``aabbcc`` are the same, transparency aside."""
    step = 1 if len(colour) < 6 else 2
    return len({colour[k : k + step] for k in range(0, 3 * step, step)}) == 1


def test_day_place_and_hours_are_the_largest() -> None:
    """From two metres one reads 19 mm easily: date and hours of a single visit are larger than that, the place 15 mm
    at least, and nothing else but the village's name comes near."""
    page = page_of(announcement())
    (block,) = page.offers
    day, lunar, hours = block.days[0]
    place, phone = page.last
    assert (day.kind, hours.kind, place.kind, phone.kind) == ("date", "hours", "place", "phone")
    assert min(day.size, hours.size) > 19
    assert place.size > 15
    others = [line.size for line in (block.title, lunar, *block.after) if line.kind != "hours"]
    assert max(others) < place.size


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("visits", [1, 2, 3, 5, 8, 9, 16, 23, 31])
def test_notice_of_a_month_fits_its_page(visits: int, language: str) -> None:
    """From one visit to one every day: one page, the days at least 4.5 mm high, each line no wider than the page."""
    page = page_of(announcement(offer(visits)), language)
    assert page.fits
    assert page.height <= ROOM
    days = [line for day in page.offers[0].days for line in day]
    assert len(page.offers[0].days) == visits
    columns = page.offers[0].columns
    assert all(text_width(line.said) * line.size <= WIDTH / columns for line in days)
    assert min(line.size for line in days if line.kind == "date") >= 4.5


def test_hours_shared_by_all_visits_are_said_once() -> None:
    """Eight visits at the same time: one large line of hours below the days; one visit at another: hours at each."""
    same = announcement(offer(sessions=tuple(session(k) for k in range(8))))
    assert lines_of(document(same), "hours") == ["上午8:15–11:00"]
    other = announcement(offer(sessions=(*(session(k) for k in range(7)), session(8, 840))))
    assert len(lines_of(document(other), "hours")) == 8


def test_two_purposes_stand_on_one_page() -> None:
    """Weekly and monthly visits of a village: two titles, five days, one page."""
    told = announcement(offer(4), offer(1, title="县级专家", bring=""))
    sheet = document(told)
    assert lines_of(sheet, "offer") == ["乡镇医生驻村坐诊", "县级专家"]
    assert len(lines_of(sheet, "date")) == 5
    assert page_of(told).fits


def test_notice_that_is_too_full_is_told() -> None:
    """Services of 6,000 characters cannot be read on one page: the village is named; an honest one is not."""
    full = replace(announcement(offer(services="长" * 6000)), village="长村")
    pages = notice_pages([announcement(), full], language="zh", county_name="")
    assert [page.fits for page in pages] == [True, False]
    assert [say(sentence, "en") for sentence in crowded(pages)] == [
        'The notice of "长村" is too long for one page: shorten the services or what to bring.'
    ]


def test_notice_has_no_map_unless_it_was_reviewed() -> None:
    """By default no svg at all; with one, the review number stands below it."""
    assert "<svg" not in document(announcement())
    sheet = document(announcement(), picture=locator())
    assert sheet.count("<svg") == 1
    assert "审图号: <bdi>GS(2026)0001号</bdi>" in sheet


def locator() -> str:
    county = make_county()
    own, *others = [(site.name, (site.lon, site.lat)) for site in county.problem.sites]
    return draw_locator(own, others, county.scene.backdrop, width=182, height=62, north="N")


def test_locator_names_the_village_and_its_neighbours() -> None:
    """The village itself is always named, at least two of its neighbours are, and no route is drawn."""
    names = re.findall(
        r"<text class=\"([^\"]*)\"[^>]*>([^<]*村)</text>", re.sub(r' (x|y|font-size)="[^"]*"', "", locator())
    )
    own = make_county().problem.sites[0].name
    assert ("name own-name", own) in names
    assert len(names) > 2
    assert "route" not in locator()


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_stay_text_on_notices(name: str) -> None:
    """As village, township, place, services, host, office: the text is there, whole, and nothing is fetched."""
    hostile = offer(title=name, services=name, hosts=(name,), bring=name, results=name)
    told = announcement(hostile, village=name, township=name, place=name)
    own, other = (name, (110.2, 29.4)), (name, (110.21, 29.41))
    backdrop = make_county().scene.backdrop
    sheet = document(told, told, picture=draw_locator(own, [other], backdrop, width=182, height=62, north="N"))
    assert [lines_of(sheet, kind)[0] for kind in ("village", "place", "offer")] == [name] * 3
    assert lines_of(sheet, "detail")[:3] == [name] * 3
    reader = Addresses()
    reader.feed(sheet)
    assert [address for address in reader.found if not address.startswith("a href=#n")] == []
    assert "<script" not in sheet
    assert "<img" not in sheet


def test_list_of_the_pages_is_for_the_screen_only() -> None:
    """Two notices have a list of links above them that is not printed; one has none."""
    sheet = document(announcement(), announcement())
    assert re.findall(r'<a href="(#n\d)">', sheet) == ["#n1", "#n2"]
    assert re.findall(r'<section class="page" id="(n\d)">', sheet) == ["n1", "n2"]
    assert "nav { display: none; }" in sheet
    assert "<nav>" not in document(announcement())
