"""The supervisor summary in a real browser with the network off: drawn, printed on its pages, deaf to hostile names."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner import service
from planner.evaluation import Evaluation, kpis
from planner.model import Problem, TravelMatrix
from planner.plan import Plan, Provenance, UnservedVisit
from tests.builders import MONDAY, plain_calendar
from tests.end_to_end.browsing import HAS_CHROMIUM, PAGE, open_page
from tests.end_to_end.drawn_plan import open_napkin, plan_by_hand
from tests.end_to_end.small_county import tables, write_county
from tests.maps.hostile import NAMES
from tests.maps.scenery import make_county
from tests.maps.summaries import document, document_of, rows_of, with_hostile_words
from tests.planner.good_plan import good_problem

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Pages whose content is higher than the paper, and cells whose text is wider than they are.
OVERFULL = """
() => [
  ...[...document.querySelectorAll("section.page")].filter(page => page.offsetHeight > 296.7 * 96 / 25.4),
  ...[...document.querySelectorAll("td, th, .figures div, header, footer")].filter(
    cell => cell.scrollWidth > cell.clientWidth + 1),
].map(found => found.textContent.slice(0, 80))
"""
NAMES_ON_SCREEN = """
() => [...document.querySelectorAll("tbody[class^=is-] tr:first-child td:nth-child(2)")].map(c => c.textContent)
"""


def many(villages: int) -> tuple[Problem, Plan]:
    """Return a county of so many villages, one asked visit each, and a plan that owes them all and lists 200."""
    pattern = good_problem().site_by_id["a"]
    sites = tuple(
        replace(
            pattern,
            id=f"v{k:05d}",
            name=f"第{k}村",
            township=f"第{k // 40}乡",
            lon=110 + (k % 50) / 100,
            lat=29 + (k // 50) / 100,
            population=100 + k,
            owner=None,
        )
        for k in range(villages)
    )
    nothing = np.zeros((villages + 1, villages + 1), dtype=np.int64)
    base = good_problem().bases[0]
    road = TravelMatrix(
        place_ids=(base.id, *(site.id for site in sites)),
        minutes=nothing,
        metres=nothing,
        estimated=np.zeros(nothing.shape, dtype=np.bool_),
    )
    team = replace(good_problem().teams[0], owns=frozenset())
    problem = Problem(calendar=plain_calendar(days=7), bases=(base,), sites=sites, teams=(team,), travel=(road,))
    owed = tuple(
        UnservedVisit(
            site_id=task.site_id,
            rule_id=task.rule_id,
            first_day=MONDAY,
            last_day=problem.horizon.last,
            reason="no_time_left",
            details=(("team", "one"), ("day", "2026-03-02")),
        )
        for task in problem.tasks[:200]
    )
    made = Provenance(version="0", seed=1, rounds=0)
    return problem, Plan(start=MONDAY, days=7, circuits=(), unserved=owed, provenance=made)


def test_plan_writes_the_summary_beside_the_map(tmp_path: Path) -> None:
    """summary.html of the napkin county: its ten visits, each village once, the county's name and the plan's label."""
    county = open_napkin(write_county(tmp_path / "in", tables()))
    plan = plan_by_hand(county)
    evaluation = service.check_plan(county, plan)
    written = service.write_outputs(county, plan, evaluation, tmp_path / "out", "zh")
    assert tmp_path / "out" / "summary.html" in written.paths
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    figures = kpis(county.problem, plan)
    assert figures["planned_visits"] == 10
    (total,) = [row for row in rows_of(page, "乡镇") if row[0] == "合计"]
    assert total[1:8] == ["5", "5", "0", "0", "10", "10", "0"]
    names = [row[1] for row in rows_of(page, "各村明细") if len(row) > 1]
    assert sorted(names) == sorted(site.name for site in county.problem.sites)
    assert "Napkin 餐巾县" in page
    assert service.plan_label(county, plan) in page
    assert "0000-1234" not in page


@HAS_CHROMIUM
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("villages", "teams"), [(5, 1), (36, 2), (250, 20)])
def test_summary_prints_on_the_pages_designed(
    browser: Browser, tmp_path: Path, language: str, villages: int, teams: int
) -> None:
    """As many A4 portrait pages as the summary says, each with heading and number; nothing cut off, no request."""
    county = make_county(villages=villages, teams=teams)
    watched = open_page(browser, tmp_path, document_of(county, language), width=900, height=1270)
    printed = watched.page.pdf(prefer_css_page_size=True, print_background=True)
    pages = watched.page.locator("section.page").count()
    assert len(PAGE.findall(printed)) == pages > 1
    sizes = {tuple(round(float(n)) for n in box.split()) for box in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", printed)}
    assert sizes == {(0, 0, 595, 842)}
    feet = watched.page.locator("footer div:last-child").all_text_contents()
    assert feet == [f"{k + 1} / {pages}" for k in range(pages)]
    assert watched.page.locator("section.page > header").count() == pages
    assert watched.page.evaluate(OVERFULL) == []
    assert (watched.requests, watched.errors) == ([], [])


@HAS_CHROMIUM
def test_summary_of_a_thousand_villages_repeats_its_headings(browser: Browser, tmp_path: Path) -> None:
    """1,000 villages, all of them owed: every village once, column heads on each page, no page too full."""
    problem, plan = many(1_000)
    page = document(problem, plan, evaluation=Evaluation(violations=(), terms=()))
    watched = open_page(browser, tmp_path, page, width=900, height=1270)
    names = watched.page.evaluate(NAMES_ON_SCREEN)
    assert len(names) == len(set(names)) == 1_000
    assert watched.page.evaluate(OVERFULL) == []
    sections = watched.page.locator("section.page")
    tables_on = [sections.nth(k).locator("thead").count() for k in range(1, sections.count())]
    assert min(tables_on) >= 1
    printed = watched.page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(PAGE.findall(printed)) == sections.count() > 20


@HAS_CHROMIUM
def test_summary_with_long_names_stays_on_its_pages(browser: Browser, tmp_path: Path) -> None:
    """Names of forty characters and of one long word wrap in their cells, and the pages foresee it."""
    county = make_county()
    for long in ("很长的村名" * 8, "Llanfairpwllgwyngyllgogerychwyrndrobwll" * 2, "Mwanga Kwa " * 8):
        sites = tuple(
            replace(s, name=f"{s.name}{long}", township=f"{s.township}{long}", rules=(replace(s.rules[0], name=long),))
            for s in county.problem.sites
        )
        teams = tuple(replace(t, name=f"{t.name}{long}", institution=long) for t in county.problem.teams)
        problem = replace(county.problem, sites=sites, teams=teams)
        page = document(problem, county.plan, backdrop=county.scene.backdrop, county_name=f"县{long}")
        watched = open_page(browser, tmp_path, page, width=900, height=1270)
        assert [found for found in watched.page.evaluate(OVERFULL) if not found.startswith("Supervisor")] == []
        printed = watched.page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(PAGE.findall(printed)) == watched.page.locator("section.page").count()


@HAS_CHROMIUM
def test_names_on_the_coverage_map_do_not_collide(browser: Browser, tmp_path: Path) -> None:
    """250 villages as a browser draws them: no two names touch, and four fifths of the villages have theirs."""
    watched = open_page(browser, tmp_path, document_of(make_county(villages=250, teams=3), "zh"))
    boxes = watched.page.locator("figure svg.map text.village-name, figure svg.map text.township").evaluate_all(
        "all => all.map(t => { const b = t.getBBox(); return [b.x, b.y + 0.2 * b.height, b.width, 0.6 * b.height]; })"
    )
    touching = [
        (a, b)
        for k, a in enumerate(boxes)
        for b in boxes[:k]
        if a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
    ]
    assert touching == []
    assert len(boxes) > 200


@HAS_CHROMIUM
def test_hostile_names_run_nothing_on_the_summary(browser: Browser, tmp_path: Path) -> None:
    """Every name of the corpus as village, township, rule, team, county: no dialog, no element, no request; intact."""
    made = make_county(villages=len(NAMES), teams=1)
    problem = with_hostile_words(made.problem)
    plain_names = [name.replace("\r\n", "\n") for name in NAMES]  # HTML has one kind of line end
    for language, county_name in zip(("zh", "en") * len(NAMES), NAMES, strict=False):
        page = document(problem, made.plan, language=language, county_name=county_name)
        watched = open_page(browser, tmp_path, page, width=900, height=1270)
        assert sorted(watched.page.evaluate(NAMES_ON_SCREEN)) == sorted(plain_names)
        assert watched.page.locator("img, iframe, script, object").count() == 0
        assert (watched.requests, watched.dialogs, watched.errors) == ([], [], [])
        watched.page.close()
    printed = open_page(browser, tmp_path, document(problem, made.plan)).page.pdf(prefer_css_page_size=True)
    assert PAGE.findall(printed)
