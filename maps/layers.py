"""The folium map: geometry and numbers only. No name ever passes through here.

folium and branca render what they are given as a template once more, and put it into JavaScript: a village called
``{{ … }}`` would run. So layers carry coordinates and integer ids; names travel apart (``render``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shapely.geometry import LineString

from maps.scene import Backdrop, ClosedRoad, Line, LonLat
from maps.stretches import rounded
from maps.styles import road_rank

if TYPE_CHECKING:
    import folium

SIMPLIFY_DEGREES = 15 / 111_195  # 15 m: half a pixel at the scale of a township
MANY_WAYS = 3_000  # from here on a canvas is quicker than SVG
ROAD_STYLES = (
    {"color": "#8f8f8f", "weight": 2.6},
    {"color": "#b4b4b4", "weight": 1.5},
    {"color": "#cfcfcf", "weight": 0.8},
)


def county_map(centre: LonLat, *, ways: int) -> folium.Map:
    """Return an empty map that loads nothing: no tiles, no scripts, no styles."""
    import folium  # noqa: PLC0415 - it takes longer to load than a sheet to draw

    made = folium.Map(
        location=(centre[1], centre[0]),
        tiles=None,
        zoom_start=10,
        prefer_canvas=ways > MANY_WAYS,
        zoom_snap=0.25,
        zoom_delta=0.5,
        attribution_control=False,
    )
    made.default_js, made.default_css = [], []
    made._id = "county"  # folium's own ids are random: the same plan must give the same page
    ground = folium.map.CustomPane("ground", z_index=350, pointer_events=False)
    ground._id = "ground"
    ground.add_to(made)
    return made


def add_backdrop(made: folium.Map, backdrop: Backdrop) -> None:
    """Draw boundary, rivers and roads, each kind as one layer, below everything else."""
    boundary = {"color": "#8d8d8d", "weight": 1.6, "dashArray": "9 4 2 4"}
    _add_ground(made, "boundary", {0: backdrop.boundary}, (boundary,))
    _add_ground(made, "rivers", {0: backdrop.rivers}, ({"color": "#9cc3e0", "weight": 1.8},))
    by_rank = {rank: tuple(r.points for r in backdrop.roads if road_rank(r.road_class) == rank) for rank in (2, 1, 0)}
    _add_ground(made, "roads", by_rank, ROAD_STYLES)


def _add_ground(
    made: folium.Map, name: str, lines_by_rank: Mapping[int, Sequence[Line]], styles: Sequence[Mapping[str, object]]
) -> None:
    features = [
        _feature(rank, "MultiLineString", [_coordinates(line) for line in lines])
        for rank, lines in lines_by_rank.items()
        if lines
    ]
    if features:
        _add(made, name, features, style_function=lambda f: {**styles[f["id"]], "fill": False}, pane="ground")


def add_stretches(made: folium.Map, lines: Sequence[Line]) -> None:
    """Carry the stretches, numbered; the page's own script draws the routes that are chosen from them."""
    features = [_feature(k, "LineString", _coordinates(line)) for k, line in enumerate(lines)]
    if features:
        _add(made, "stretches", features, show=False)


def add_closed_roads(made: folium.Map, roads: Sequence[ClosedRoad]) -> None:
    """Carry the closed roads, numbered; the page's own script draws those of the week that is shown."""
    lines = [[_coordinates(line) for line in road.lines] for road in roads]
    features = [_feature(k, "MultiLineString", found) for k, found in enumerate(lines)]
    if features:
        _add(made, "closed", features, show=False)


def add_places(made: folium.Map, places: Iterable[LonLat]) -> None:
    """Draw a dot for each place, numbered."""
    features = [_feature(k, "Point", rounded(place)) for k, place in enumerate(places)]
    import folium  # noqa: PLC0415 - it takes longer to load than a sheet to draw

    dot = folium.CircleMarker(radius=4, color="#777777", weight=1.2, fill_color="#ffffff", fill_opacity=1.0)
    _add(made, "places", features, marker=dot)


def _add(made: folium.Map, name: str, features: list[dict[str, object]], **options: Any) -> None:
    """Add a layer whose JavaScript name is ``geo_json_<name>``; ``options`` are those of ``folium.GeoJson``."""
    import folium  # noqa: PLC0415 - it takes longer to load than a sheet to draw

    collection = {"type": "FeatureCollection", "features": features}
    layer = folium.GeoJson(collection, control=False, smooth_factor=1.0, **options)
    layer._id = name
    layer.add_to(made)


def _feature(number: int, kind: str, coordinates: object) -> dict[str, object]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "id": number, "properties": {}, "geometry": geometry}


def _coordinates(line: Line) -> list[tuple[float, float]]:
    if len(line) < 3:
        return [rounded(point) for point in line]
    return [rounded((x, y)) for x, y in LineString(line).simplify(SIMPLIFY_DEGREES).coords]
