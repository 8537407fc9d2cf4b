"""The supervisor summary, without a browser: its figures are those of the checker, and nobody stands on it."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from maps.coverage_map import symbol
from planner.balance import Balance
from planner.evaluation import Evaluation, Violation, evaluate, kpis, village_coverage
from planner.history import PastVisit, brief, with_history
from planner.language import say, text
from planner.model import Problem, Task
from planner.plan import Plan, Provenance, UnservedVisit
from planner.reasons import explain
from planner.relief import with_relaxations
from planner.report import report_document
from planner.screen import unserved_lines
from planner.values import DateRange
from tests.builders import MONDAY, day, tiny_problem, village, weekly
from tests.maps.hostile import NAMES
from tests.maps.scenery import make_county
from tests.maps.summaries import document, document_of, number, rows_of, with_hostile_words
from tests.planner.good_plan import build, good_problem, with_owed


def peopled() -> Problem:
    """Return the problem of the good plan: 100 people in each village and 20 of them old, 300 and 60 in c2."""
    problem = good_problem()
    sites = tuple(
        replace(s, township=s.id[0], population=300 if s.id == "c2" else 100, population_65=60 if s.id == "c2" else 20)
        for s in problem.sites
    )
    return replace(problem, sites=sites)


def test_every_village_stands_once_with_its_visits() -> None:
    """36 villages, each in one row; asked, planned and owed are those of the coverage, village by village."""
    county = make_county(weeks=2)
    page = document_of(county)
    rows = [row for row in rows_of(page, "Every village") if len(row) > 1]
    villages = {v.site.name: v for v in village_coverage(county.problem, county.plan)}
    assert sorted(row[1] for row in rows) == sorted(site.name for site in county.problem.sites)
    for row in rows:
        village = villages[row[1]]
        assert [number(said) for said in row[2:5]] == [village.asked, village.planned, village.owed]


def test_figures_are_those_of_the_evaluation() -> None:
    """Visits, kilometres and hours of the first page and of the totals are the figures of the plan; sums fit."""
    problem, plan = peopled(), build()
    page, figures = document(problem, plan), kpis(problem, plan)
    *townships, total = rows_of(page, "Townships")
    asked, planned, owed = (figures[k] for k in ("asked_visits", "planned_visits", "owed_visits"))
    assert [number(said) for said in total[5:8]] == [asked, planned, owed]
    for column in (*range(1, 8), 9):
        assert sum(number(row[column]) for row in townships) == number(total[column])
    *teams, everyone = rows_of(page, "Workload")
    assert len(teams) == len(problem.teams)
    for row, team in zip(teams, figures["teams"], strict=True):
        shown = [row[1], row[3], *row[4:6]]
        assert shown == [str(team["days"]), str(team["visits"]), f"{team['km']:,.1f}", f"{team['hours']:,.1f}"]
    assert everyone[4:6] == [f"{figures['km']:,.1f}", f"{figures['hours']:,.1f}"]
    large = re.findall(r"<div><b>(.*?)</b><span>(.*?)</span></div>", page)
    assert large == [
        ("7 / 8", "villages with every visit"),
        (f"{planned} / {asked}", "visits planned / asked"),
        ("1", "visits owed"),
        ("70 %", "of the people covered"),
        ("70 %", "of those aged 65 and over"),
        (f"{figures['km']:,.0f}", "kilometres"),
        (f"{figures['hours']:,.0f}", "hours on duty"),
        ("✓", "checked"),
    ]


def test_coverage_counts_villages_people_and_old_people() -> None:
    """7 of 8 villages, 700 of 1,000 people; the worst tenth of each is all c2, which gets nothing."""
    rows = {row[0]: row[1:] for row in rows_of(document(peopled(), build()), "Coverage")}
    assert rows["Every visit asked is planned"] == ["7 (87.5 %)", "700 (70 %)", "140 (70 %)"]
    assert rows["No visit is planned"] == ["1 (12.5 %)", "300 (30 %)", "60 (30 %)"]
    assert rows["The same in the worst-served tenth"] == ["0 %", "0 %", "0 %"]


def test_owed_visits_are_explained_as_in_the_report() -> None:
    """The sentence of c2's X-ray is that of report.json, in either language."""
    problem, plan = good_problem(), build()
    for language, title in (("en", "Visits that are owed (1)"), ("zh", "欠访（1 次）")):
        (row,) = rows_of(document(problem, plan, language=language), title)
        report = report_document(problem, plan, evaluate(problem, plan), (), language)
        (owed,) = report["unserved"]  # type: ignore[misc]
        assert row[4] == owed["sentence"]
        assert row[3] == "1"


@pytest.mark.parametrize(
    ("language", "title", "same"), [("en", "Visits that are owed", "as above"), ("zh", "欠访", "同上")]
)
def test_reason_that_villages_share_stands_once_with_each_of_them(language: str, title: str, same: str) -> None:
    """No team has an X-ray, which a, b and c ask: one heading with the reason, three rows; the report has all three."""

    def owed(task: Task) -> UnservedVisit:
        reason, details = explain(problem, task, day(0), day(6))
        return UnservedVisit(
            site_id=task.site_id,
            rule_id=task.rule_id,
            first_day=day(0),
            last_day=day(6),
            reason=reason,
            details=details,
        )

    sites = tuple(village(name, weekly(skills=frozenset({"xray"}))) for name in "abc")
    problem = tiny_problem(sites=(*sites, village("d", closed=(DateRange(first_day=day(0), last_day=day(6)),))))
    plan = with_relaxations(problem, replace(build(), circuits=(), days=7, unserved=tuple(map(owed, problem.tasks))))
    single, heading, *rows = rows_of(document(problem, plan, language=language), title)
    report = report_document(problem, plan, evaluate(problem, plan), (), language)["unserved"]
    sentences = [visit["sentence"] for visit in report]  # type: ignore[attr-defined]
    assert (single[0], single[4]) == ("d (T)", sentences[3])
    assert heading[0].endswith(sentences[0])
    assert [(row[0], row[4]) for row in rows] == [("a (T)", same), ("b (T)", same), ("c (T)", same)]
    assert len(sentences) == 4
    lines = unserved_lines(problem, plan, language)
    assert len(lines) == 2
    assert lines[0].count(sentences[0]) == 1
    names = "a, b, c" if language == "en" else "a、b、c"
    assert names in lines[0]


def test_owed_visits_that_the_plan_hides_are_told() -> None:
    """A plan that lists nothing as owed: the summary still says that one is, and the checker breaks the plan."""
    page = document(good_problem(), with_owed())
    assert "1 more are owed that the plan does not list." in page
    assert "must not be driven" in page


def test_verdict_names_every_broken_rule() -> None:
    """A hard rule and a remark: both sentences, the hard one first, and the answer is no."""
    bad = Violation(rule="shift", subject="one", amount=5, unit="minutes", sentence=text("East is late."))
    soft = replace(bad, rule="max_gap", is_hard=False, sentence=text("North waits."))
    page = document(*whole(), evaluation=Evaluation(violations=(soft, bad), terms=()))
    assert [[row[0], row[2]] for row in rows_of(page, "Checker")] == [
        ["hard rule", "East is late."],
        ["remark", "North waits."],
    ]
    assert "Checked: 1 hard rule violations." in page
    assert 'class="answer good"' not in page


def whole() -> tuple[Problem, Plan]:
    """Return the good plan without the village that nobody can serve: nothing is owed."""
    problem, plan = good_problem(), build()
    sites = tuple(replace(s, rules=()) if s.id == "c2" else s for s in problem.sites)
    return replace(problem, sites=sites), replace(plan, unserved=())


def test_answer_is_yes_only_when_nothing_is_owed_and_nothing_broken() -> None:
    """The same plan without the X-ray that nobody can make is good, and says so in both languages."""
    assert 'class="answer good"' not in document(good_problem(), build())
    problem, plan = whole()
    assert "Yes: all 7 villages have every visit that is asked" in document(problem, plan)
    page = document(problem, plan, language="zh")
    assert 'class="answer good"' in page
    assert "是：7 个村应访" in page
    assert "无欠访。" in page


def test_village_symbols_differ_by_shape_and_are_as_many_as_the_villages() -> None:
    """35 dots and one square with a cross on the map; the legend counts the same; shapes are three elements."""
    county = make_county()
    page = document_of(county)
    svg = ET.fromstring(re.search(r'<svg class="map" .*?</svg>(?=<figcaption>)', page, re.DOTALL)[0])  # type: ignore[index]
    classes = [element.attrib.get("class", "") for element in svg.iter()]
    assert (classes.count("village all"), classes.count("village some"), classes.count("village none")) == (35, 0, 1)
    assert "every visit asked is planned: <b>35</b>" in page
    assert "no visit is planned: <b>1</b>" in page
    shapes = {re.search(r"<(circle|path|rect)", symbol(state))[1] for state in ("all", "some", "none")}  # type: ignore[index]
    assert len(shapes) == 3


def test_workload_is_compared_only_where_balance_is_asked() -> None:
    """Of the mean: a column, a band and a note with balance; without it none. The share is that of the figures."""
    problem, plan = good_problem(), build()
    plain = document(problem, plan)
    assert 'class="band"' not in plain
    assert "Of the mean" not in plain
    asked = replace(problem, balance=Balance(spread=0.1))
    page = document(asked, plan)
    found = kpis(asked, plan)["balance"]
    assert found is not None
    shares = {row[-1].removeprefix("▲ ") for row in rows_of(page, "Workload")}
    assert {f"{100 + found['most_percent']:.0f} %", f"{100 + found['least_percent']:.0f} %"} <= shares
    assert 'class="band"' in page
    assert f"mean {found['mean_hours_per_day']:.1f}" in page


def test_workload_of_institutions_is_compared_by_institution() -> None:
    """Two of three teams share an institution: its row has a share of the mean, theirs have none."""
    problem = good_problem(balance=Balance(scope="institution"))
    teams = tuple(replace(t, institution="A" if k else "B") for k, t in enumerate(problem.teams))
    rows = rows_of(document(replace(problem, teams=teams), build()), "Workload")
    shares = {row[0]: row[-1] for row in rows}
    (alone,) = [name for name in shares if name.startswith("B · ")]
    assert shares["A"].endswith("%")
    assert shares[alone].endswith("%")
    assert [shares[team.name] for team in problem.teams[1:]] == ["–", "–"]


def test_nobody_stands_on_the_summary() -> None:
    """No contact, no leader, no telephone and no number plate of the county, in either language."""
    county = make_county(weeks=2)
    problem = county.problem
    people = {s.contact for s in problem.sites} | {t.leader for t in problem.teams}
    numbers = {s.phone for s in problem.sites} | {b.phone for b in problem.bases} | {t.vehicle for t in problem.teams}
    pages = document_of(county) + document_of(county, "zh")
    assert len(people) > 20
    assert [found for found in people | numbers if found in pages] == []


def test_home_that_is_never_announced_goes_by_its_id() -> None:
    """A place whose only rule is not announced: its id in the table, the sentences and on the map, never its name."""
    problem = good_problem()
    sites = tuple(
        replace(s, name="张三家", rules=tuple(replace(r, is_announced=False) for r in s.rules)) if s.id == "c2" else s
        for s in problem.sites
    )
    page = document(replace(problem, sites=sites), with_owed())
    assert "张三" not in page
    assert [row[1] for row in rows_of(page, "Every village") if len(row) > 1].count("c2") == 1
    assert "c2 (" in " ".join(row[2] for row in rows_of(page, "Checker"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_names_stay_text_on_the_summary(language: str) -> None:
    """Every name stands as village and as team; no element comes from one; the map stays well-formed."""
    county = make_county(villages=2 * len(NAMES), teams=1)
    hostile = replace(county, problem=with_hostile_words(county.problem))
    page = document(hostile.problem, hostile.plan, language=language, county_name=NAMES[6])
    assert not re.search(r"<(img|script|iframe)\b", page)
    ET.fromstring(re.search(r'<svg class="map" .*?</svg>(?=<figcaption>)', page, re.DOTALL)[0])  # type: ignore[index]
    title = say(text("Every village"), language)
    cells = {row[1] for row in rows_of(page, title) if len(row) > 1}
    assert cells == {name.strip() for name in NAMES}


def test_summary_names_no_address_and_is_the_same_twice() -> None:
    """Nothing that a browser would fetch; the same input gives the same bytes."""
    page = document_of(make_county())
    assert re.findall(r'(?:src|href)="[^"]*"|url\([^#)][^)]*\)|@import', page) == []
    assert set(re.findall(r"https?://[^\"\s]+", page)) <= {"http://www.w3.org/2000/svg"}
    assert page == document_of(make_county())


def test_summary_speaks_chinese() -> None:
    """No English word is left in headings, heads and notes."""
    page = document_of(make_county(), "zh")
    said = re.findall(r"<(?:h1|h2|th|p)[^>]*>(.*?)</", page, re.DOTALL)
    assert len(said) > 30
    assert [words for words in said if re.search(r"[A-Za-z]{3}", re.sub(r"<[^>]+>", "", words))] == []


def test_missed_visits_and_what_was_seen_stand_on_the_summary() -> None:
    """Village a was missed and is owed, b was held: one debt, one line of the worst seen, and the home by its id."""
    home = replace(village("a", weekly(is_announced=False)), name="王秀英家", township="")
    past = [
        PastVisit(site_id="a", rule_id="weekly", day=day(-5), is_held=False, why="road"),
        PastVisit(site_id="b", rule_id="weekly", day=day(-5), is_held=True),
    ]
    sites = with_history((home, village("b")), brief(past), MONDAY)
    problem = tiny_problem(sites=sites)
    plan = Plan(start=MONDAY, days=7, circuits=(), provenance=Provenance(version="0", seed=1, rounds=1))
    page = document(problem, plan, past=past)
    assert [row[0] for row in rows_of(page, "Visits missed before the plan")] == ["owed"]
    assert [row[:4] for row in rows_of(page, "Seen before the plan")] == [["a", "weekly", "0 / 1", "1"]]
    assert "王" not in page
    assert rows_of(document(tiny_problem(), plan), "Seen before the plan") == []
