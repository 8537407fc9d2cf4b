"""The supervisor summary: was every village planned for as its rules ask? A4 portrait pages that may be handed on.

It is made of names, counts and sentences of the plan alone: no contact and no telephone is ever read here, and a place
that is only visited without announcement (somebody's home) is called by its id. Lengths in millimetres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from maps.coverage_map import Spot, coverage_height, draw_coverage, symbol
from maps.labels import text_width
from maps.pages import asset, environment, say_all
from maps.paging import Table, paginate
from maps.pictures import Named
from maps.scene import Backdrop
from maps.seen_tables import missed_tables, seen_tables
from maps.summary_tables import (
    WIDTH,
    Facts,
    checker_table,
    old_people,
    owed_table,
    people,
    people_table,
    percent,
    township_table,
    village_table,
    workload_table,
)
from planner.announcements import without_homes
from planner.evaluation import Evaluation, State, evaluate, kpis, minutes_to_visit, village_coverage
from planner.history import PastVisit
from planner.language import Text, say, tag_of, text
from planner.model import Problem
from planner.plan import Plan

PAGE_ROOM = 260.0  # below the heading of a page and above its foot
FRONT_ROOM = 50.0  # on the first page, for the answer, the figures, the legend and the signatures
LEAST_MAP = 90.0
ANSWER_FONT, ANSWER_LINE = 4.4, 6.2

WORDS = {
    "title": text("Supervisor summary"),
    "question": text("Is every village visited as its rules ask?"),
    "internal": text("Internal working map"),
    "prepared": text("Prepared by"),
    "checked": text("Checked by"),
    "date": text("Date"),
    "continued": text("continued"),
    "estimated": text("Travel is estimated: no roads were given."),
    "planned_only": text("Planned visits; whether they were held is told only where the page says so."),
}
LEGEND: tuple[tuple[State, Text], ...] = (
    ("all", text("every visit asked is planned")),
    ("some", text("some visits are owed")),
    ("none", text("no visit is planned")),
    ("unasked", text("no visit is asked in these days")),
)


@dataclass(frozen=True, slots=True)
class _Figure:
    """One large number of the first page, and what it counts."""

    value: str
    name: str


def summary_page(
    problem: Problem,
    plan: Plan,
    evaluation: Evaluation,
    *,
    backdrop: Backdrop,
    language: str,
    county_name: str,
    plan_label: str = "",
    past: Sequence[PastVisit] = (),
) -> str:
    """Return the summary of a plan as a whole HTML document, readable and printable offline.

    Parameters are plain values: ``language`` is "en" or "zh"; ``plan_label`` names the plan at the foot of each page;
    ``past`` is what came of visits before it.
    """
    discreet = without_homes(problem)
    judged = evaluation if discreet is problem else evaluate(discreet, plan)  # its sentences name places
    facts = Facts(
        problem=discreet,
        plan=plan,
        evaluation=judged,
        figures=kpis(discreet, plan),
        villages=village_coverage(discreet, plan),
        minutes=minutes_to_visit(discreet, plan),
        past=tuple(past),
        language=language,
    )
    answer, is_good = _answer(facts)
    spots = [Spot(name=v.site.name, at=(v.site.lon, v.site.lat), state=v.state) for v in facts.villages]
    front = FRONT_ROOM + ANSWER_LINE * (text_width(say(answer, language)) * ANSWER_FONT // (WIDTH - 12))
    tables = _tables(facts)
    most = PAGE_ROOM - front - tables[0].height  # the first table stands below the map
    height = coverage_height(spots, backdrop, width=WIDTH, least=LEAST_MAP, most=most)
    pages = paginate(tables, first_room=PAGE_ROOM - front - height, room=PAGE_ROOM)
    words = say_all(WORDS, language)
    return (
        environment()
        .get_template("summary.html.j2")
        .render(
            language=tag_of(language),
            words=words,
            css=Markup(asset("summary.css")),  # our own file
            map=Markup(_draw(facts, spots, backdrop, height)),  # built as a tree: names are escaped
            legend=_legend(facts, spots),
            answer=say(answer, language),
            is_good=is_good,
            figures=_figures(facts),
            is_estimated=plan.provenance.is_travel_estimated,
            pages=pages,
            period=say(_period(plan), language),
            county_name=county_name,
            plan_label=plan_label,
        )
    )


def _tables(facts: Facts) -> list[Table]:
    """Return the tables in the order of a supervisor's questions."""
    return [
        people_table(facts),
        township_table(facts),
        workload_table(facts),
        owed_table(facts),
        *missed_tables(facts),
        *seen_tables(facts),
        checker_table(facts),
        village_table(facts),
    ]


def _answer(facts: Facts) -> tuple[Text, bool]:
    """Return the answer to the question of the page, and whether it is yes."""
    states = [village.state for village in facts.villages if village.asked]
    hard, owed = len(facts.evaluation.hard), facts.figures["owed_visits"]
    if not states:
        return text("No village asks for a visit in these days."), False
    count, asked = len(states), facts.figures["asked_visits"]
    if owed:
        said = text(
            "Not yet: {good} of {count} villages have every visit that is asked, {some} only some, {none} none; "
            "{owed} of {asked} visits are owed.",
            good=states.count("all"),
            count=count,
            some=states.count("some"),
            none=states.count("none"),
            owed=owed,
            asked=asked,
        )
    elif hard:
        said = text("Not yet: every visit asked of {count} villages is planned, but not as the rules ask.", count=count)
    else:
        return text(
            "Yes: all {count} villages have every visit that is asked ({asked}).", count=count, asked=asked
        ), True
    if hard:
        said = text("{said} {count} hard rules are broken: the plan must not be driven.", said=said, count=hard)
    return said, not owed and not hard


def _period(plan: Plan) -> Text:
    last = plan.start + timedelta(days=plan.days - 1)
    return text("Visits from {first} to {last}", first=plan.start, last=last)


def _figures(facts: Facts) -> list[_Figure]:
    asked = [village for village in facts.villages if village.asked]
    good = [village for village in asked if village.state == "all"]
    figures = facts.figures
    found = [
        (f"{len(good):,} / {len(asked):,}", text("villages with every visit")),
        (f"{figures['planned_visits']:,} / {figures['asked_visits']:,}", text("visits planned / asked")),
        (f"{figures['owed_visits']:,}", text("visits owed")),
    ]
    for has, weight, name in (
        (facts.has_people, people, text("of the people covered")),
        (facts.has_old_people, old_people, text("of those aged 65 and over")),
    ):
        everybody = sum(map(weight, asked))
        if has and everybody:
            found.append((percent(sum(map(weight, good)) / everybody), name))
    found.append((f"{figures['km']:,.0f}", text("kilometres")))
    found.append((f"{figures['hours']:,.0f}", text("hours on duty")))
    broken = len(facts.evaluation.hard)
    found.append((f"{broken:,}" if broken else "✓", text("hard rules broken") if broken else text("checked")))
    return [_Figure(value, facts.say(name)) for value, name in found]


def _legend(facts: Facts, spots: Sequence[Spot]) -> list[dict[str, object]]:
    states = [spot.state for spot in spots]
    return [
        {"symbol": Markup(symbol(state)), "said": facts.say(said), "count": states.count(state)}
        for state, said in LEGEND
        if state in states or state != "unasked"
    ]


def _draw(facts: Facts, spots: Sequence[Spot], backdrop: Backdrop, height: float) -> str:
    townships = [
        Named(
            name=name,
            at=(sum(v.site.lon for v in members) / len(members), sum(v.site.lat for v in members) / len(members)),
        )
        for name, members in facts.townships.items()
        if name
    ]
    bases = [Named(name=base.name, at=(base.lon, base.lat)) for base in facts.problem.bases]
    north = facts.say(text("N"))
    return draw_coverage(spots, townships, bases, backdrop, width=WIDTH, height=height, north=north)
