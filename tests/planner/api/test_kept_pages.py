"""A page is made once: who asks again gets the same bytes without a child, until the plan is deleted."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from planner.api import kept_pages, reading
from planner.api.problems import ProblemError
from planner.store.purging import scrub
from planner.store.tables import pages
from tests.end_to_end.small_county import tables
from tests.planner.api.desk import Desk
from tests.planner.api.test_changes import edited, edited_in, new_plan

__all__ = ["edited"]
SHEET = "teams/East/weeks/2026-03-02/sheet.html"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A county with a plan, and its API."""

    desk: Desk
    plan: str

    def get(self, page: str, language: str = "en", who: str = "read-only") -> tuple[int, bytes]:
        """Return the status and the content of a page of the plan."""
        headers = {**self.desk.headers[who], "Accept-Language": language}
        answer = self.desk.client.get(f"/v1/plans/{self.plan}/revisions/1/{page}", headers=headers)
        return answer.status_code, answer.content

    def kept(self) -> int:
        """Return how many pages are kept."""
        with self.desk.database.reading() as connection:
            return len(connection.execute(pages.select()).all())


@pytest.fixture(scope="module")
def shelf(edited: Desk) -> Shelf:
    """One plan for all tests; the test that deletes it stands last."""
    return Shelf(edited, new_plan(edited))


@pytest.mark.parametrize("page", ["index.html", SHEET, "teams/North/calendar.ics", "maps/villages.geojson"])
def test_second_request_starts_no_child(shelf: Shelf, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes, in less than a quarter of a second; a child takes several times as long, and is refused here."""
    status, first = shelf.get(page)
    assert status == 200
    monkeypatch.setattr(kept_pages, "make_page", no_child)
    began = time.process_time()
    assert shelf.get(page) == (200, first)
    assert time.process_time() - began < 0.25


def no_child(*_: object, **__: object) -> bytes:
    raise AssertionError("a child was started")


def test_each_language_and_program_has_its_own_page(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chinese is not answered with English, and what another version of the program made is made again."""
    english, chinese = shelf.get(SHEET)[1], shelf.get(SHEET, "zh")[1]
    assert b'<html lang="en"' in english
    assert b'<html lang="zh' in chinese
    assert shelf.get(SHEET)[1] == english
    before = shelf.kept()
    monkeypatch.setattr(kept_pages, "program", lambda: "a later one")
    assert shelf.get(SHEET)[0] == 200
    assert shelf.kept() == before + 1


def test_page_that_is_none_is_not_kept(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """404 each time, no child and no row: addresses that lead nowhere fill no store and keep nobody waiting."""
    before = shelf.kept()
    monkeypatch.setattr(kept_pages, "make_page", no_child)
    assert shelf.get("teams/East/weeks/2026-03-09/sheet.html")[0] == 404
    assert shelf.get("teams/nobody/calendar.ics")[0] == 404
    assert shelf.kept() == before


def test_other_county_is_shown_no_page_that_is_kept(shelf: Shelf) -> None:
    """404, as if there were no such plan."""
    assert shelf.get("index.html")[0] == 200
    assert shelf.get("index.html", who="other county")[0] == 404


def test_full_disk_keeps_nobody_from_reading(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that cannot be kept is answered all the same."""

    def full(*_: object, **__: object) -> None:
        raise kept_pages.StoreUnavailableError("full")

    monkeypatch.setattr(kept_pages, "keep_page", full)
    monkeypatch.setattr(kept_pages, "program", lambda: "never kept")
    before = shelf.kept()
    assert shelf.get("maps/bases.geojson")[0] == 200
    assert shelf.kept() == before


def test_team_with_a_slash_has_its_pages(tmp_path: Path) -> None:
    """Ids are what people write: 一队/二队 is a team, sent as %2F or as it is."""
    sheets = tables()
    sheets["teams"][0]["id"] = "一队/二队"
    with edited_in(tmp_path, sheets) as desk:
        plan = new_plan(desk, east="一队/二队")
        for written in ("一队%2F二队", "一队/二队"):
            path = f"/v1/plans/{plan}/revisions/1/teams/{written}"
            for page in ("calendar.ics", "weeks/2026-03-02/sheet.html"):
                answer = desk.client.get(f"{path}/{page}", headers=desk.headers["read-only"])
                assert answer.status_code == 200, (written, page)


def test_one_county_leaves_others_a_child(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages one county asks for at once, four of the ten places are all it has."""
    tables_of = {county: reading.Tables(county, "zip", b"") for county in ("sangzhi", "yixing")}
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(reading._queue.place("sangzhi"))
        with pytest.raises(ProblemError, match="busy"):
            reading.read_upload(tables_of["sangzhi"], "en")
        with pytest.raises(ProblemError, match="dataset_refused"):
            reading.read_upload(tables_of["yixing"], "en")


def test_deleted_plan_leaves_no_page(shelf: Shelf) -> None:
    """Its pages were kept; afterwards no row is left, and the address answers 404."""
    assert shelf.get("index.html")[0] == 200
    assert shelf.kept() > 0
    path, admin = f"/v1/plans/{shelf.plan}", shelf.desk.headers["admin"]
    assert shelf.desk.client.delete(path, headers=admin).status_code == 200
    assert shelf.kept() == 0
    assert shelf.get("index.html")[0] == 404
    assert scrub(shelf.desk.database, is_thorough=True, seconds=5)
