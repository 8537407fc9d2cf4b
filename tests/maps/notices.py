"""Announcements made up for the pages: as many visits, purposes and characters as a test asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from maps.village_notices import notice_pages, notices_document
from planner.announcements import Announcement, HandOut, Offer, Office, Session
from tests.builders import MONDAY

SERVICES = "坐诊看病、慢病随访、家庭医生签约服务"


def session(offset: int, open_minute: int = 495) -> Session:
    return Session(day=MONDAY + timedelta(days=offset), open_minute=open_minute, close_minute=open_minute + 165)


def offer(visits: int = 1, **changes: object) -> Offer:
    """Return an offer of so many visits, each at another time of the morning."""
    made = Offer(
        title="乡镇医生驻村坐诊",
        services=SERVICES,
        hosts=("澧源坪镇卫生院 · 澧源坪镇驻村1组",),
        bring="身份证、医保卡",
        results="",
        handed_out=(HandOut(session=session(20), place="文化站"),),
        offices=(Office("澧源坪镇卫生院", "0744-5550101"),),
        sessions=tuple(session(k, 480 + 5 * (k % 4)) for k in range(visits)),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def announcement(*offers: Offer, **changes: object) -> Announcement:
    """Return the announcement of one village."""
    made = Announcement(
        site_id="v001", village="田家潭村", township="澧源坪镇", place="村卫生室", lon=110.2, lat=29.4,
        first_day=MONDAY, last_day=MONDAY + timedelta(days=27), offers=offers or (offer(),),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def document(*told: Announcement, language: str = "zh", picture: str = "") -> str:
    """Return the notices as a document; with a picture it stands on each of them as the map."""
    draw = (lambda about: picture) if picture else None
    pages = notice_pages(told, language=language, county_name="桑植县卫生健康局", draw_map=draw)
    number = "GS(2026)0001号" if picture else ""
    return notices_document(pages, language=language, heading="桑植", plan_label="2026-03 v1", review_number=number)
