"""The page a scheduler opens: the whole plan on one map, in one file that needs no network.

folium draws geometry and numbers (``layers``). Everything a person wrote (names, reasons, notes) travels in a
``<script type="application/json">`` that is put in after folium has rendered, and reaches the page by ``textContent``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from maps.layers import add_backdrop, add_closed_roads, add_places, add_stretches, county_map
from maps.pagedata import closed_within, number_places, page_data, place_points
from maps.pages import asset, environment, safe_json
from maps.scene import Scene
from maps.stretches import Stretches, cut_legs
from planner.evaluation import Evaluation
from planner.language import Text, tag_of
from planner.model import Problem
from planner.plan import Plan

STYLE_URL = re.compile(r"url\([^)]*\)")  # Leaflet's icons, which this page never shows
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def index_page(
    problem: Problem,
    plan: Plan,
    evaluation: Evaluation,
    *,
    scene: Scene,
    language: str,
    county_name: str,
    notes: Iterable[Text | str] = (),
) -> str:
    """Return the plan as one HTML document: map, weeks, teams, days, villages and what is owed.

    ``language`` is "en" or "zh"; ``notes`` are sentences shown as they are. The same input gives the same bytes.
    """
    book = number_places(problem, language)
    data = page_data(
        problem,
        plan,
        evaluation,
        scene=scene,
        book=book,
        language=language,
        county_name=county_name,
        notes=notes,
    )
    stretches = cut_legs(list(book.legs))
    rendered = _map_html(problem, scene, stretches)
    return _put_in(rendered, safe_json({**data, "legs": stretches.by_leg}), county_name, language)


def _map_html(problem: Problem, scene: Scene, stretches: Stretches) -> str:
    """Return folium's document: geometry and numbers, nothing a person wrote."""
    points = place_points(problem)
    centre = sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
    made = county_map(centre, ways=len(scene.backdrop.roads) + len(stretches.lines))
    add_backdrop(made, scene.backdrop)
    add_stretches(made, stretches.lines)
    add_closed_roads(made, closed_within(problem, scene))
    add_places(made, points)
    return str(made.get_root().render())


def _put_in(rendered: str, data: str, county_name: str, language: str) -> str:
    """Return folium's document with our head, panel, data and script put in by cutting, not by templates."""
    before, after_head = rendered.split("</head>", 1)
    inside, after_body = after_head.split("<body>", 1)
    folium_script, end = after_body.rsplit("</html>", 1)
    head = environment().get_template("index_head.html.j2").render(title=county_name)
    panel = environment().get_template("index_panel.html.j2").render()
    parts = (
        before.replace("<html>", f'<html lang="{tag_of(language)}">', 1),
        head,
        f"<style>\n{STYLE_URL.sub('none', asset('leaflet', 'leaflet.css'))}\n{asset('page', 'page.css')}</style>\n",
        f"<script>\n{SOURCE_MAP.sub('', asset('leaflet', 'leaflet.js'))}</script>\n",
        f"</head>{inside}<body>\n",
        panel,
        folium_script,
        f'<script type="application/json" id="xunzhen-data">{data}</script>\n',
        f"<script>\n{asset('page', 'map.js')}\n{asset('page', 'panel.js')}</script>\n",
        f"</html>{end}",
    )
    return "".join(parts)
