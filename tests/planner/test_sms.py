"""Text messages: one message each, with day, hours, village and telephone whatever else has to go."""

from __future__ import annotations

from datetime import date

import pytest

from planner.announcements import Announcement, Offer, Office, Session
from planner.sms import compose, messages, one_line, units
from tests.maps.hostile import NAMES

WEDNESDAY = date(2026, 3, 4)
SESSION = Session(day=WEDNESDAY, open_minute=495, close_minute=660)


def told(
    *, village: str = "黄木滩村", place: str = "村卫生室", phone: str = "0744-6220000", **offer: str
) -> Announcement:
    """Return an announcement of one session."""
    known = {"title": "坐诊", "services": "坐诊看病、慢病随访、签约服务", "bring": "身份证、医保卡", "results": ""}
    offered = Offer(
        **{**known, **offer},
        hosts=("卫生院",),
        handed_out=(),
        offices=(Office("卫生院", phone),) if phone else (),
        sessions=(SESSION,),
    )
    return Announcement(
        site_id="v1", village=village, township="乡", place=place, lon=110.0, lat=29.0,
        first_day=WEDNESDAY, last_day=WEDNESDAY, offers=(offered,),
    )  # fmt: skip


def said(announcement: Announcement, language: str = "zh") -> str:
    return compose(announcement, announcement.offers[0], SESSION, language)


def test_message_says_everything_where_it_fits() -> None:
    """59 characters: day with weekday and lunar day, hours, place, services, what to bring, telephone."""
    message = said(told(services="坐诊看病"))
    expected = "3月4日（周三，正月十六）08:15-11:00，黄木滩村卫生室：坐诊看病。请带身份证、医保卡。电话0744-6220000"
    assert message == expected
    assert units(message) == (len(expected), 70)


@pytest.mark.parametrize("services", ["坐诊看病", "、".join(["坐诊看病"] * 6), "长" * 80, ""])
@pytest.mark.parametrize("bring", ["", "身份证、医保卡", "所有正在吃的药和以前的检查单以及家属的身份证明材料"])
@pytest.mark.parametrize("place", ["", "村卫生室", "小学旁边的新村卫生室二楼大会议室（从东门进）"])
def test_message_is_short_and_never_without_the_essentials(services: str, bring: str, place: str) -> None:
    """Whatever is written in the tables: at most 70, with day, hours, village and telephone."""
    message = said(told(services=services, bring=bring, place=place))
    assert units(message)[0] <= 70
    assert all(part in message for part in ("3月4日", "08:15-11:00", "黄木滩村", "0744-6220000"))


def test_shortened_message_says_so_and_keeps_whole_services() -> None:
    """Services go one by one from the end, with 等 after the rest; what to bring and the lunar day stay longer."""
    message = said(told(services="坐诊看病、慢病随访、家庭医生签约服务"))
    assert "：坐诊看病、慢病随访等。请带身份证、医保卡。" in message
    assert "正月十六" in message


def test_message_that_cannot_be_short_is_marked() -> None:
    """A village's name of 60 characters leaves no room: the message is whole, and does not fit."""
    (message,) = messages(told(village="很长的村名" * 12), "zh")
    assert not message.fits
    assert message.length > message.most == 70
    assert "很长的村名" * 12 in message.said
    assert "0744-6220000" in message.said


def test_rare_characters_count_twice() -> None:
    """𠡩 lies outside the first plane: two units, as the network counts."""
    assert units("𠡩村") == (3, 70)
    (message,) = messages(told(village="𠡩" * 12 + "村"), "zh")
    assert message.length == len(message.said) + 12 <= 70


def test_plain_english_message_holds_160_signs() -> None:
    """Without a Chinese character the alphabet is that of GSM; braces and the euro sign count twice there."""
    message = said(told(village="Huangmutan", place="school", services="pulse", bring="card", phone="0744-1"), "en")
    assert message == (
        "4 March (Wed, lunar month 1, day 16) 08:15-11:00, Huangmutan, school: pulse. Bring: card. Phone: 0744-1"
    )
    assert units(message) == (len(message), 160)
    assert units("{€}") == (6, 160)
    assert units("`")[1] == 70  # not in that alphabet


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_stand_in_the_message_as_they_are(name: str, language: str) -> None:
    """On one line, begun with the day, so no formula; a name that turns the text around is kept apart."""
    message = said(told(village=name, place="", services="", bring=""), language)
    assert " ".join(name.split()) in message
    assert message[0].isdigit()
    assert "\n" not in message
    assert "\r" not in message
    assert ("\u2068" in message) == ("\u202e" in name)
    assert one_line(name).count("\u2068") == one_line(name).count("\u2069")


def test_message_is_sent_the_day_before() -> None:
    """A visit on Wednesday is told on Tuesday."""
    (message,) = messages(told(), "zh")
    assert message.send_on == date(2026, 3, 3)
