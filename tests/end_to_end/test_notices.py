"""The notices of whole counties: one page for each village, one message for each visit, and nothing personal.

The month of ``sangzhi`` is planned by hand, not searched: five villages share a team's week so that each weekday has
two of them.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from planner import service
from planner.evaluation import evaluate
from planner.exporting import write_exports
from planner.model import Problem, Task
from planner.plan import Plan, Provenance
from planner.public import write_public
from planner.timing import circuits_from_routes, timetable
from tests.builders import MONDAY
from tests.end_to_end.browsing import HAS_CHROMIUM, PAGE, open_page
from tests.end_to_end.small_county import ROOT, tables, write_county
from tests.maps.hostile import NAMES
from tests.maps.notices import announcement, document, offer, session

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAIRS = ((0, 2), (0, 3), (1, 3), (1, 4), (2, 4))  # weekdays of the five villages of a team
WEEKS = 4
# Pages whose content is higher than the paper, or that have a day wider than its column.
OVERFULL = """
() => [...document.querySelectorAll("section.page")].filter(page =>
  page.scrollHeight > page.clientHeight || page.scrollWidth > page.clientWidth
  || [...page.querySelectorAll(".day p")].some(line =>
    line.querySelector("bdi").getBoundingClientRect().width > line.getBoundingClientRect().width)
).map(page => page.id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Four weeks of sangzhi: the county, and the folder of notices in each language."""

    county: service.County
    plan: Plan
    folder: dict[str, Path]
    too_long: tuple[object, ...]

    def text(self) -> str:
        """Everything that leaves the office, in both languages."""
        return "".join(path.read_text("utf-8") for folder in self.folder.values() for path in folder.iterdir())


def by_hand(problem: Problem) -> Plan:
    """Return the plan in which the villages of a township are dealt out to its teams, five to a team."""
    villages: dict[str, list[str]] = defaultdict(list)
    for site in problem.sites:
        villages[site.township].append(site.id)
    crews = {township: [t for t in problem.teams if township in t.owns] for township in villages}
    days: dict[tuple[str, int], list[Task]] = defaultdict(list)
    for township, ids in villages.items():
        for k, site_id in enumerate(ids):
            for weekday in PAIRS[k % 5]:
                days[crews[township][k // 5].id, weekday].append(Task(site_id, "clinic"))
    start, made = problem.horizon.start, Provenance(version="0", seed=1, rounds=0)
    routes = [
        timetable(problem, problem.team_by_id[team_id], start + timedelta(days=7 * week + weekday), tasks)
        for week in range(WEEKS)
        for (team_id, weekday), tasks in sorted(days.items())
    ]
    return Plan(start=start, days=7 * WEEKS, circuits=circuits_from_routes(routes), provenance=made)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """The notices of four weeks of sangzhi, in both languages."""
    county = service.open_county(ROOT / "data/samples/sangzhi", weeks=WEEKS)
    plan = by_hand(county.problem)
    folders = {language: tmp_path_factory.mktemp(language) / "notices" for language in ("zh", "en")}
    too_long: list[object] = []
    for language, folder in folders.items():
        facts, backdrop = county.dataset.county, service.draw_scene(county).backdrop
        too_long += write_public(
            county.problem, plan, facts, folder, language, backdrop=backdrop, plan_label="2026-03 v1"
        )
    return Month(county=county, plan=plan, folder=folders, too_long=tuple(too_long))


def sms_of(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "sms.csv").open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def test_every_village_of_sangzhi_has_its_page(month: Month) -> None:
    """251 villages: 251 pages in one file, and the same pages again in a file for each of 23 townships."""
    for folder in month.folder.values():
        everything, *townships = sorted(folder.glob("*.html"))
        villages = re.findall(r'<p class="village"[^>]*><bdi>(.*?)</bdi>', everything.read_text("utf-8"))
        assert sorted(villages) == sorted(site.name for site in month.county.problem.sites)
        assert len(villages) == 251
        assert len(townships) == 23
        again = [path.read_text("utf-8").count('<section class="page"') for path in townships]
        assert sum(again) == 251
        assert '<section class="page long"' not in everything.read_text("utf-8")
    assert month.too_long == ()


def test_every_visit_of_sangzhi_has_its_message(month: Month) -> None:
    """2 visits a week of 251 villages in 4 weeks are 2,008 messages, each sent the day before, each short enough."""
    sent = list(sms_of(month.folder["zh"]))
    assert len(sent) == len(list(month.plan.visits())) == 251 * 2 * 4
    names = {site.id: site.name for site in month.county.problem.sites}
    for row in sent:
        said = row["短信"]
        assert len(said.encode("utf-16-le")) // 2 == int(row["字数"]) <= 70
        assert row["合格"] == "是"
        assert names[row["编号"]] in said
        assert re.search(r"^\d+月\d+日（周.，.+）\d\d:\d\d-\d\d:\d\d，", said)
        assert re.search(r"电话0000-\d{7}$", said)
        assert row["发送日期"] < row["服务日期"]


def test_nobody_of_sangzhi_stands_on_a_notice(month: Month) -> None:
    """Village doctors, leaders and their telephones are on the crew sheets; nothing public has one of them."""
    problem, public = month.county.problem, month.text()
    people = {site.contact for site in problem.sites} | {team.leader for team in problem.teams if len(team.leader) > 2}
    people |= {site.contact.split("（")[0] for site in problem.sites if site.contact.index("（") > 2}
    numbers = {site.phone for site in problem.sites} | {team.phone for team in problem.teams}
    assert len(people) > 250
    assert len(numbers) > 300
    assert [found for found in people | numbers if found in public] == []
    assert all(base.phone in public for base in problem.bases)


def test_home_visits_of_daoxian_are_on_no_notice(tmp_path: Path) -> None:
    """The survey from house to house and the home visits are planned; nothing public tells of them or of whose home.

    Not a relative, a telephone or an address of the eight homes: on notices, in messages, on the summary, in
    calendars, tracks and map files that may be passed on; with ``--contacts`` the crew's files have them.
    """
    county = service.open_county(ROOT / "data/samples/daoxian")
    problem = county.problem
    crew = problem.teams[0]
    tasks = [task for task in problem.tasks if task.rule_id in {"survey", "chronic", "monthly", "home"}]
    routes = [timetable(problem, crew, problem.horizon.start, tasks)]
    made = Provenance(version="0", seed=1, rounds=0)
    plan = Plan(start=problem.horizon.start, days=28, circuits=circuits_from_routes(routes), provenance=made)
    backdrop = service.draw_scene(county).backdrop
    write_public(problem, plan, county.dataset.county, tmp_path / "notices", "zh", backdrop=backdrop, plan_label="v1")
    public = "".join(path.read_text("utf-8") for path in (tmp_path / "notices").iterdir())
    assert any(task.rule_id == "survey" for task in tasks)
    assert "健康讲座" in public
    assert "入户" not in public
    assert "季度居民健康调查" not in public
    homes = [site for site in problem.sites if site.is_home]
    private = {word for s in homes for word in (s.contact.removesuffix("（家属）"), s.phone, s.place)}
    assert len(private) == 3 * 8
    now = datetime(2026, 4, 20, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    (tmp_path / "pages").mkdir()
    service.write_pages(
        county, plan, evaluate(problem, plan), tmp_path / "pages", "zh", scene=service.draw_scene(county)
    )
    write_exports(county, plan, tmp_path / "open", "zh", now=now)
    write_exports(county, plan, tmp_path / "crew", "zh", now=now, with_contacts=True)
    passed_on = public + (tmp_path / "pages" / "summary.html").read_text("utf-8") + _text_of(tmp_path / "open")
    assert [word for word in sorted(private) if word in passed_on] == []
    assert [word for word in sorted(private) if word not in _text_of(tmp_path / "crew")] == []


def _text_of(folder: Path) -> str:
    """Return all that the files of a folder hold, folded lines of calendars joined."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(path.read_bytes().replace(b"\r\n ", b"").decode("utf-8", "replace") for path in files)


@HAS_CHROMIUM
@pytest.mark.parametrize("language", ["zh", "en"])
def test_notices_print_one_page_for_each_village(browser: Browser, tmp_path: Path, month: Month, language: str) -> None:
    """A township printed to PDF: as many A4 portrait pages as villages, nothing cut off, no request."""
    path = sorted(month.folder[language].glob("*.html"))[1]
    watched = open_page(browser, tmp_path, path.read_text("utf-8"), width=900, height=1270)
    printed = watched.page.pdf(prefer_css_page_size=True, print_background=True)
    villages = watched.page.locator("section.page").count()
    assert len(PAGE.findall(printed)) == villages > 5
    sizes = {tuple(round(float(n)) for n in box.split()) for box in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", printed)}
    assert sizes == {(0, 0, 595, 842)}
    assert watched.page.evaluate(OVERFULL) == []
    assert (watched.requests, watched.errors) == ([], [])


@HAS_CHROMIUM
@pytest.mark.parametrize("language", ["zh", "en"])
def test_notices_of_any_fullness_stay_on_their_page(browser: Browser, tmp_path: Path, language: str) -> None:
    """1 to 31 visits, one to four purposes, long names and services: one page each, and nothing is cut off."""
    told = [announcement(offer(visits)) for visits in (1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 23, 31)]
    told += [announcement(offer(sessions=tuple(session(k) for k in range(n)))) for n in (2, 8, 20)]
    told += [announcement(*(offer(n, title=f"{n}. 服务") for n in range(1, 1 + count))) for count in (2, 3, 4)]
    told += [announcement(offer(2, services="心电图、" * n, bring="身份证、" * n)) for n in (10, 40, 120)]
    words = "blood pressure and other things, "
    told += [announcement(offer(2, services=words * n, bring=words * n)) for n in (3, 10, 30)]
    told += [announcement(village="长村名" * 12, place="小学旁边的新村卫生室二楼" * 4), announcement(place="W" * 90)]
    watched = open_page(browser, tmp_path, document(*told, language=language), width=900, height=1270)
    assert watched.page.locator("section.long").count() == 0
    assert watched.page.evaluate(OVERFULL) == []
    printed = watched.page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(PAGE.findall(printed)) == len(told)


@HAS_CHROMIUM
def test_hostile_names_run_nothing_on_notices(browser: Browser, tmp_path: Path) -> None:
    """Every name of the corpus as village, team, office, place: no dialog, no element, no request; the text intact."""
    told = [
        announcement(offer(title=name, services=name, hosts=(name,), bring=name), village=name, place=name)
        for name in NAMES
    ]
    watched = open_page(browser, tmp_path, document(*told), width=900, height=1270)
    plain = [name.replace("\r\n", "\n") for name in NAMES]  # HTML has one kind of line end
    assert watched.page.locator("p.village bdi").all_text_contents() == plain
    assert watched.page.locator("p.place bdi").all_text_contents() == plain
    assert watched.page.locator("img, iframe, script, object").count() == 0
    printed = watched.page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(PAGE.findall(printed)) == len(NAMES)
    assert (watched.requests, watched.dialogs, watched.errors) == ([], [], [])


def test_notices_come_with_the_other_outputs_and_old_ones_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two townships: three files and the messages; a page of an earlier plan is deleted, a stranger's file is not;
    a village whose name leaves no room in a message is named on the screen."""
    from planner.telling import tell_pages, tell_too_long

    sheets = tables()
    sheets["villages"][0]["name"] = "很长的村名" * 12
    write_county(tmp_path / "in", sheets)
    county = service.open_county(tmp_path / "in", start=MONDAY, weeks=1)
    problem, made = county.problem, Provenance(version="0", seed=1, rounds=0)
    crews = {
        team.id: [task for task in problem.tasks if task.site_id.startswith(team.id.lower())] for team in problem.teams
    }
    routes = [timetable(problem, problem.team_by_id[key], MONDAY, tasks) for key, tasks in crews.items()]
    plan = Plan(start=MONDAY, days=7, circuits=circuits_from_routes(routes), provenance=made)
    folder = tmp_path / "out" / "notices"
    folder.mkdir(parents=True)
    for name in ("2026-02-02_003_old.html", "mine.html"):
        (folder / name).write_text("")
    written = service.write_outputs(county, plan, service.check_plan(county, plan), tmp_path / "out", "en")
    names = {path.name for path in folder.iterdir()}
    pages = {f"2026-03-02_{end}.html" for end in ("000_all", "001_east", "002_north")}
    assert names == {*pages, "mine.html", "sms.csv"}
    assert {folder / name for name in (*pages, "sms.csv")} <= set(written.paths)
    tell_pages(tmp_path / "out", written.paths, "en")
    tell_too_long(written.too_long, "en")
    told = capsys.readouterr().err
    assert "Village notices (3 files)" in told
    assert 'The text message of "很长的村名' in told
    assert [row["Fits"] for row in sms_of(folder)].count("no") == 1
