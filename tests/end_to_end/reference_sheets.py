"""What is on one crew sheet of each sample county, kept as a reference in ``references/`` and compared by a test.

The week is dealt out by hand, never searched, so that a better search changes no reference; what is kept is what stands
on the pages and how much of it, no places and no pixels. After a wanted change of the sheets write them again and look
at what changed::

    .venv/bin/python -m tests.end_to_end.reference_sheets
    git diff tests/end_to_end/references
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from maps.printouts import crew_sheet
from planner import service
from planner.model import Problem, Site, Task
from planner.plan import Circuit
from planner.timing import circuits_from_routes, timetable
from tests.end_to_end.small_county import ROOT

REFERENCES = Path(__file__).parent / "references"
DAYS, STOPS_A_DAY = 5, 4
VOID = {"meta", "col", "br", "link"}
BACKGROUND = "names in the background"  # as many as find room: compared loosely


@dataclass(slots=True)
class Element:
    """An element of a page: its tag, its classes, its attributes, and the text in it."""

    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]  # classes and tags of what it stands in
    text: str = ""
    classes: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects the elements of a page in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        inside = tuple(word for element in self.open for word in (element.tag, *element.classes))
        element = Element(tag, given, inside, classes=given.get("class", "").split())
        self.found.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def elements_of(page: str) -> list[Element]:
    """Return the elements of a page in order."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


def week_by_hand(problem: Problem) -> Circuit:
    """Return a week of the first team: twenty of its villages by bearing from its base, four a day."""
    team = problem.teams[0]
    base = problem.base_by_id[team.base]

    def bearing(site: Site) -> float:
        return math.atan2(site.lat - base.lat, (site.lon - base.lon) * math.cos(math.radians(base.lat)))

    owned = [site for site in problem.sites if site.township in team.owns or site.id in team.owns]
    chosen = sorted((owned or problem.sites)[: DAYS * STOPS_A_DAY], key=bearing)
    size = math.ceil(len(chosen) / DAYS)
    routes = []
    for day in range(DAYS):
        tasks = [Task(site.id, site.rules[0].id) for site in chosen[size * day : size * (day + 1)]]
        routes.append(timetable(problem, team, problem.horizon.start + timedelta(days=day), tasks))
    (circuit,) = circuits_from_routes(routes)
    return circuit


def sheet_by_hand(name: str) -> str:
    """Return the crew sheet of the week dealt out by hand."""
    county = service.open_county(ROOT / "data" / "samples" / name)
    settings = county.dataset.county
    return crew_sheet(
        county.problem,
        week_by_hand(county.problem),
        scene=service.draw_scene(county),
        language="zh",
        county_name=settings.name,
        dispatch_phone=settings.phone,
        emergency_phone=settings.emergency_phone,
    )


def structure(page: str) -> dict[str, Any]:
    """Return what stands on a crew sheet and how much of it."""
    found = elements_of(page)

    def said(tag: str, own: str = "", *inside: str) -> list[str]:
        return [" ".join(e.text.split()) for e in _chosen(found, tag, own, *inside)]

    def count(tag: str, own: str = "", *inside: str) -> int:
        return len(said(tag, own, *inside))

    rows = [e for e in found if e.tag == "tr" and {"itinerary", "tbody"} <= set(e.inside)]
    background = count("text", "village-name") + count("text", "township")
    return {
        "pages": count("section", "page"),
        "headings": count("header", "", "page"),
        "feet": [foot for foot in said("div", "", "footer") if " / " in foot],
        "columns": list(dict.fromkeys(said("th"))),
        "days": [text.split()[0] for text in said("td", "start", "days")],
        "dashes in the list": _dashes(found, "", "sample", "days"),
        "dashes on the map": _dashes(found, "route", "map"),
        "numbers on the map": sorted(said("text", "number")),
        "markers": count("rect", "marker"),
        "names of stops and bases": count("text", "name"),
        BACKGROUND: background,
        "legs without a road": count("path", "guess"),
        "inset": count("g", "inset"),
        "scale": said("text", "", "scale"),
        "listed beside the map": said("b", "", "stops", "li"),
        "rows": dict(sorted(Counter(" ".join(row.classes) or "stop" for row in rows).items())),
        "codes": count("svg", "code"),
        "strips of codes": count("div", "strip"),
        "boxes to sign": count("div", "", "signatures"),
    }


def _chosen(found: list[Element], tag: str, own: str, *inside: str) -> list[Element]:
    """Return the elements of a tag and, unless empty, a class of their own that stand in all of the others."""
    return [e for e in found if e.tag == tag and (not own or own in e.classes) and set(inside) <= set(e.inside)]


def _dashes(found: list[Element], own: str, *inside: str) -> list[str]:
    """Return the dash pattern of each line in order; a solid one has none."""
    lines = [line for line in _chosen(found, "path", own, *inside) if "guess" not in line.classes]
    return [line.attributes.get("stroke-dasharray", "solid") for line in lines]


def path_of(name: str) -> Path:
    """Return where a sample's reference is kept."""
    return REFERENCES / f"{name}.json"


def write_references(names: tuple[str, ...]) -> None:
    """Write the references of the samples again."""
    REFERENCES.mkdir(exist_ok=True)
    for name in names:
        kept = json.dumps(structure(sheet_by_hand(name)), ensure_ascii=False, indent=1)
        path_of(name).write_text(kept + "\n", encoding="utf-8")


if __name__ == "__main__":
    from tests.end_to_end.sample_pages import SAMPLES

    write_references(SAMPLES)
