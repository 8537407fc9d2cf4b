"""The page of a plan, without a browser: what it holds, and what it must not."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from maps.pages import safe_json
from maps.render import index_page
from planner.evaluation import Evaluation, Violation
from planner.language import text
from planner.model import Problem
from tests.maps.hostile import NAMES
from tests.maps.scenery import County, make_county

CLEAN = Evaluation(violations=(), terms=())


def page_of(county: County, *, evaluation: Evaluation = CLEAN, language: str = "zh") -> str:
    """Return the page of the made-up county."""
    return index_page(
        county.problem, county.plan, evaluation, scene=county.scene, language=language, county_name="示例县"
    )


def data_of(page: str) -> dict[str, object]:
    """Return the data the page carries."""
    found = re.search(r'<script type="application/json" id="xunzhen-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    parsed: dict[str, object] = json.loads(found[1])
    return parsed


def with_hostile_names(problem: Problem) -> Problem:
    """Return the problem with a hostile name for every village, team, leader, contact, township, service and base."""
    names = [NAMES[k % len(NAMES)] for k in range(len(problem.sites))]
    return replace(
        problem,
        sites=tuple(
            replace(
                s, name=n, contact=n, township=n, place=n, rules=tuple(replace(r, name=n, services=n) for r in s.rules)
            )
            for s, n in zip(problem.sites, names, strict=True)
        ),
        teams=tuple(replace(t, name=n, leader=n, vehicle=n) for t, n in zip(problem.teams, names, strict=False)),
        bases=tuple(replace(b, name=NAMES[1]) for b in problem.bases),
    )


class Addresses(HTMLParser):
    """Collects what a browser would fetch: src, href, link elements, and url() or @import in styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses of one element."""
        self.found += [f"{tag} {name}={value}" for name, value in attrs if name in {"src", "href", "srcset", "data"}]

    def handle_data(self, data: str) -> None:
        """Note addresses in styles; scripts are watched in a real browser (tests/end_to_end)."""
        if self.cdata_elem == "style":
            self.found += re.findall(r"url\([^)]*\)|@import[^;]*", data)


def test_index_page_names_no_address() -> None:
    """Nothing in the page is fetched."""
    parser = Addresses()
    parser.feed(page_of(make_county()))
    assert parser.found == []


def test_index_page_is_the_same_twice() -> None:
    """The same input gives the same bytes, whatever random ids folium would choose."""
    assert page_of(make_county()) == page_of(make_county())


@pytest.mark.parametrize(("teams", "weeks"), [(12, 1), (3, 4)])
def test_index_page_of_a_large_county_is_small(teams: int, weeks: int) -> None:
    """250 villages, 60 routes, in one week or in four: at most 1.5 MB."""
    county = make_county(villages=250, teams=teams, weeks=weeks)
    assert sum(1 for _ in county.plan.routes()) == 60
    assert len(page_of(county).encode()) <= 1_500_000


def test_index_page_counts_visits_and_names_what_is_owed() -> None:
    """36 villages a week, the last one left out: 35 visits planned, one owed, with its week and reason."""
    data = data_of(page_of(make_county(), language="en"))
    assert data["totals"]["visits"] == 35  # type: ignore[index]
    assert data["totals"]["owed"] == 1  # type: ignore[index]
    (owed,) = data["owed"]  # type: ignore[misc]
    assert owed["place"] == 36
    assert owed["weeks"] == [0]
    assert "other visits fill the days" in owed["sentence"]


def test_index_page_marks_estimated_legs() -> None:
    """Without roads every leg is negative in the data, and the legend says what dashes mean."""
    data = data_of(page_of(make_county(is_estimated=True), language="en"))
    assert all(leg < 0 for route in data["routes"] for leg in route["legs"])  # type: ignore[attr-defined]
    assert "estimated" in data["words"]["estimated_note"]  # type: ignore[index]


def test_index_page_says_which_hard_rules_are_broken() -> None:
    """A hard violation turns the verdict and is listed with its sentence."""
    broken = Violation(rule="shift", subject="t00", amount=5, unit="min", sentence=text("Five minutes late."))
    data = data_of(page_of(make_county(), evaluation=Evaluation(violations=(broken,), terms=()), language="en"))
    assert data["verdict"]["good"] is False  # type: ignore[index]
    assert data["findings"] == ["Five minutes late."]


def test_index_page_without_routes_or_roads_is_still_a_map() -> None:
    """An empty plan on an empty backdrop: villages, and no stretch to draw."""
    county = make_county(villages=4)
    bare = replace(county.scene, backdrop=replace(county.scene.backdrop, roads=(), rivers=(), boundary=()))
    page = page_of(replace(county, scene=bare, plan=replace(county.plan, circuits=(), unserved=())))
    assert "geo_json_places" in page
    assert "geo_json_stretches_add" not in page


def test_index_page_keeps_hostile_names_as_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each name comes out of the data as it went in, stands nowhere else, and ran nothing here."""
    monkeypatch.chdir(tmp_path)
    county = make_county(villages=len(NAMES))
    page = page_of(replace(county, problem=with_hostile_names(county.problem)))
    names = [place[0] for place in data_of(page)["places"]]  # type: ignore[attr-defined]
    assert names == [NAMES[1], *NAMES]
    assert "onerror=alert(1)>" not in page
    assert "cycler" in page
    assert "{{ cycler" not in page
    assert list(tmp_path.iterdir()) == []


def test_safe_json_escapes_inside_strings_only() -> None:
    """Braces of the structure stay; those of a name are written as code points; the value is unchanged."""
    value = {"name": 'a\\"{{ x }}</script>${`'}
    written = safe_json(value)
    assert written.startswith('{"name":')
    assert not set("<>&$`") & set(written)
    assert written.count("{") == 1
    assert json.loads(written) == value
