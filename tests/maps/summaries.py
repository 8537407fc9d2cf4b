"""Summaries of plans, and how to read back what stands on them."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace

from maps.scene import Backdrop
from maps.summary import summary_page
from planner.evaluation import Evaluation, evaluate
from planner.history import PastVisit
from planner.model import Problem
from planner.plan import Plan
from tests.maps.hostile import NAMES
from tests.maps.scenery import County

Row = list[str]


def document(
    problem: Problem,
    plan: Plan,
    *,
    evaluation: Evaluation | None = None,
    language: str = "en",
    backdrop: Backdrop | None = None,
    county_name: str = "示例县卫生健康局",
    past: Sequence[PastVisit] = (),
) -> str:
    """Return the summary of a plan, judged by the checker unless a verdict is given."""
    return summary_page(
        problem,
        plan,
        evaluation or evaluate(problem, plan),
        backdrop=backdrop or Backdrop(),
        language=language,
        county_name=county_name,
        plan_label="2026-03 v1",
        past=past,
    )


def document_of(county: County, language: str = "en") -> str:
    """Return the summary of a made-up county."""
    return document(county.problem, county.plan, language=language, backdrop=county.scene.backdrop)


def rows_of(page: str, title: str) -> list[Row]:
    """Return the cells of every row of the table with that title, over all pages; a row of one cell is a heading."""
    found: list[Row] = []
    for part in re.findall(r'<section class="part">(.*?)</section>', page, re.DOTALL):
        said = re.search(r"<h2>(.*?)<", part, re.DOTALL)
        if said is None or not said[1].strip().startswith(title):
            continue
        lines = re.findall(r"<tr>(.*?)</tr>", part.split("</thead>", 1)[1], re.DOTALL)
        found += [[plain(cell) for cell in re.findall(r"<td.*?</td>", line, re.DOTALL)] for line in lines]
    return found


def plain(markup: str) -> str:
    """Return the text of some HTML."""
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def number(said: str) -> int:
    """Return a whole number as it is written, 1,234."""
    return int(said.replace(",", ""))


def with_hostile_words(problem: Problem) -> Problem:
    """Return the problem with a hostile name for every village, township, rule, team, institution and base."""
    names = [NAMES[k % len(NAMES)] for k in range(len(problem.sites))]
    sites = tuple(
        replace(site, name=name, township=name, rules=tuple(replace(rule, name=name) for rule in site.rules))
        for site, name in zip(problem.sites, names, strict=True)
    )
    teams = tuple(replace(t, name=n, institution=n) for t, n in zip(problem.teams, NAMES, strict=False))
    return replace(problem, sites=sites, teams=teams, bases=tuple(replace(b, name=NAMES[1]) for b in problem.bases))
