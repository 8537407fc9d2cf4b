"""A made-up county with winding roads, and a simple plan on it: what the pictures are tried on.

Everything follows from the seed. Nothing here is optimised: villages are dealt out by bearing from the base,
so that a team's days look like real tours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from maps.scene import Backdrop, Line, RoadLine, Scene
from planner.model import Base, Calendar, Horizon, Problem, Site, Team, TravelMatrix
from planner.plan import Circuit, Lunch, Plan, Provenance, Route, Stop, UnservedVisit
from planner.rules import ServiceTime, VisitRule

MONDAY = date(2026, 3, 2)
CENTRE = (110.16, 29.40)
METRES = 111_195.0
HEADS, TAILS = "五柏李金坝火梅三双上沟大木高箐青石黄龙白水松", "梅坡洞上庄塘井湾柳营坪岭堡马山坳溪沟寨桥"
TOWNSHIPS = ("澧源镇", "瑞塔铺镇", "官地坪镇", "凉水口镇", "龙潭坪镇", "芙蓉桥乡", "麦地坪乡", "马合口乡")
RULE = VisitRule(id="clinic", name="每周门诊", services="门诊、慢病随访", service=ServiceTime(setup_minutes=40))


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """A problem, a plan for it and the scene to draw them on."""

    problem: Problem
    plan: Plan
    scene: Scene


@cache
def make_county(
    *, villages: int = 36, teams: int = 2, weeks: int = 1, seed: int = 7, is_estimated: bool = False
) -> County:
    """Return a county of about 50 by 40 km; the first of its places is the base of every team."""
    rng = np.random.default_rng(seed)
    points = _scatter(rng, villages + 1)
    graph = _roads(rng, points)
    problem = _problem(points, graph, teams=teams, weeks=weeks, is_estimated=is_estimated)
    lines = _LegLines(graph, points, is_estimated)
    scene = Scene(backdrop=_backdrop(rng, graph, points), leg_line=lines.line)
    return County(problem=problem, plan=_plan(problem, weeks), scene=scene)


def _scatter(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Return places in metres around the centre, the base first, no two closer than a kilometre."""
    kept = [np.array([6_000.0, -4_000.0])]
    while len(kept) < count:
        candidate = rng.uniform((-25_000, -19_000), (25_000, 19_000))
        if min(np.hypot(*(candidate - other)) for other in kept) > 1_000:
            kept.append(candidate)
    return np.array(kept)


def _roads(rng: np.random.Generator, points: NDArray[np.float64]) -> nx.Graph:
    """Return a tree of short roads with a few loops; each edge carries its winding line in metres."""
    triangles = Delaunay(points)
    full: nx.Graph = nx.Graph()
    for a, b, c in triangles.simplices:
        for u, v in ((a, b), (b, c), (a, c)):
            full.add_edge(int(u), int(v), length=float(np.hypot(*(points[u] - points[v]))))
    tree = nx.minimum_spanning_tree(full, weight="length")
    extra = sorted((d["length"], u, v) for u, v, d in full.edges(data=True) if not tree.has_edge(u, v))
    tree.add_edges_from((u, v) for _, u, v in extra[: len(points) // 8])
    for u, v, data in sorted(tree.edges(data=True), key=lambda edge: edge[:2]):
        data["line"] = _wind(rng, points[min(u, v)], points[max(u, v)])
        data["length"] = float(np.hypot(*np.diff(data["line"], axis=0).T).sum())
    return tree


def _wind(rng: np.random.Generator, a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a winding line from a to b by displacing midpoints."""
    line = np.array([a, b])
    while np.hypot(*(line[1] - line[0])) > 150:
        middle = (line[:-1] + line[1:]) / 2
        across = np.diff(line, axis=0)[:, ::-1] * (-1, 1)
        middle = middle + across * rng.uniform(-0.22, 0.22, size=(len(middle), 1))
        woven = np.empty((2 * len(line) - 1, 2))
        woven[::2], woven[1::2] = line, middle
        line = woven
    return line


def _degrees(line: NDArray[np.float64]) -> Line:
    narrow = METRES * math.cos(math.radians(CENTRE[1]))
    return tuple((float(CENTRE[0] + x / narrow), float(CENTRE[1] + y / METRES)) for x, y in line)


def _backdrop(rng: np.random.Generator, graph: nx.Graph, points: NDArray[np.float64]) -> Backdrop:
    used = nx.edge_betweenness_centrality(graph)
    ranks = ((0.25, "primary"), (0.1, "tertiary"), (0.03, "unclassified"), (-1, "track"))
    roads = [
        RoadLine(points=_degrees(graph.edges[edge]["line"]), road_class=next(n for low, n in ranks if share > low))
        for edge, share in sorted(used.items())
    ]
    rivers = (
        _degrees(_wind(rng, np.array([-27_000, 9_000]), np.array([26_000, -16_000]))),
        _degrees(_wind(rng, np.array([-9_000, 1_000]), np.array([3_000, 21_000]))),
    )
    corners = np.array([[-27, -21], [2, -22.5], [27, -20], [28, 3], [26, 21], [-3, 22], [-28, 20], [-27, -21]]) * 1000.0
    ring = np.concatenate([_wind(rng, a, b)[:-1] for a, b in pairwise(corners)] + [corners[:1]])
    return Backdrop(roads=tuple(roads), rivers=rivers, boundary=(_degrees(ring),))


@dataclass(frozen=True, slots=True)
class _LegLines:
    graph: nx.Graph
    points: NDArray[np.float64]
    is_estimated: bool

    def line(self, origin: str, destination: str, day: date, access_class: str) -> Line:
        a, b = _node(origin), _node(destination)
        if self.is_estimated:
            return _degrees(self.points[[a, b]])
        nodes = nx.dijkstra_path(self.graph, a, b, weight="length")
        parts = [self._edge(u, v) for u, v in pairwise(nodes)]
        return _degrees(np.concatenate([*(part[:-1] for part in parts), parts[-1][-1:]]))

    def _edge(self, u: int, v: int) -> NDArray[np.float64]:
        line: NDArray[np.float64] = self.graph.edges[u, v]["line"]
        return line if u < v else line[::-1]


def _node(place_id: str) -> int:
    return 0 if place_id == "base" else int(place_id[1:])


def _problem(points: NDArray[np.float64], graph: nx.Graph, *, teams: int, weeks: int, is_estimated: bool) -> Problem:
    horizon = Horizon(start=MONDAY, days=7 * weeks)
    kinds = {d: "weekend" if d.weekday() > 4 else "workday" for d in horizon.dates}
    at = _degrees(points)
    sites = tuple(
        Site(
            id=f"v{k:03d}",
            name=HEADS[k % 22] + TAILS[(k * 7 + k // 22) % 20] + "村",
            lon=at[k][0],
            lat=at[k][1],
            township=TOWNSHIPS[int(4 * (math.atan2(*points[k]) / math.pi + 1)) % 8],
            rules=(RULE,),
            place="村卫生室",
            contact=f"村医{HEADS[(k * 5) % 22]}",
            phone=f"138000{k:05d}",
        )
        for k in range(1, len(points))
    )
    base = Base(id="base", name="县人民医院", lon=at[0][0], lat=at[0][1], phone="0744-6220000")
    crews = tuple(
        Team(id=f"t{k:02d}", name=f"第{k + 1}巡回医疗队", base="base", leader=f"{HEADS[k]}医生", vehicle=f"湘G·9475{k}")
        for k in range(teams)
    )
    return Problem(
        calendar=Calendar(horizon=horizon, kinds=kinds),
        bases=(base,),
        sites=sites,
        teams=crews,
        travel=(_travel(graph, ("base", *(s.id for s in sites)), is_estimated),),
    )


def _travel(graph: nx.Graph, place_ids: tuple[str, ...], is_estimated: bool) -> TravelMatrix:
    lengths = dict(nx.all_pairs_dijkstra_path_length(graph, weight="length"))
    n = len(place_ids)
    metres = np.array([[round(lengths[a][b]) for b in range(n)] for a in range(n)], dtype=np.int64)
    minutes = np.ceil(metres / 500).astype(np.int64)
    return TravelMatrix(
        place_ids=place_ids, minutes=minutes, metres=metres, estimated=np.full((n, n), is_estimated, dtype=np.bool_)
    )


def _plan(problem: Problem, weeks: int) -> Plan:
    """Deal the villages out by bearing, drive each share in a nearest-neighbour tour; the last village is left out."""
    base = problem.bases[0]
    order = sorted(problem.sites[:-1], key=lambda s: math.atan2(s.lat - base.lat, s.lon - base.lon))
    shares = np.array_split(np.arange(len(order)), 5 * len(problem.teams))
    circuits = []
    for week in range(weeks):
        for k, crew in enumerate(problem.teams):
            days = [MONDAY + timedelta(days=7 * week + d) for d in range(5)]
            routes = (drive(problem, crew, day, [order[i].id for i in shares[5 * k + d]]) for d, day in enumerate(days))
            circuits.append(Circuit(team_id=crew.id, week=days[0], routes=tuple(r for r in routes if r.stops)))
    owed = tuple(
        UnservedVisit(
            site_id=problem.sites[-1].id,
            rule_id="clinic",
            first_day=MONDAY + timedelta(days=7 * week),
            last_day=MONDAY + timedelta(days=7 * week + 6),
            reason="no_time_left",
        )
        for week in range(weeks)
    )
    made = Provenance(version="0", seed=1, rounds=0)
    return Plan(start=MONDAY, days=7 * weeks, circuits=tuple(circuits), unserved=owed, provenance=made)


def drive(problem: Problem, crew: Team, day: date, site_ids: list[str]) -> Route:
    """Return the route through the sites, always to the nearest one left, lunch after the first visit past 11:30."""
    stops, lunch = list(_stops(problem, crew, day, site_ids)), None
    noon = next((k for k, stop in enumerate(stops) if stop.leave_minute > 11 * 60 + 30), None)
    if noon is not None and noon + 1 < len(stops):
        lunch = Lunch(start_minute=stops[noon].leave_minute, end_minute=stops[noon].leave_minute + 30)
        stops[noon + 1 :] = [_later(stop, 30) for stop in stops[noon + 1 :]]
    home = problem.leg(crew, day, stops[-1].site_id if stops else "base", "base") or (0, 0)
    driven = sum(stop.leg_minutes for stop in stops) + home[0]
    return Route(
        team_id=crew.id,
        day=day,
        start_base="base",
        end_base="base",
        start_minute=480,
        end_minute=(stops[-1].leave_minute if stops else 480) + home[0],
        stops=tuple(stops),
        lunch=lunch,
        return_minutes=home[0],
        return_metres=home[1],
        metres=sum(stop.leg_metres for stop in stops) + home[1],
        drive_minutes=driven,
        service_minutes=40 * len(stops),
        wait_minutes=0,
    )


def _stops(problem: Problem, crew: Team, day: date, site_ids: list[str]) -> Iterator[Stop]:
    here, clock, left = "base", 480, sorted(site_ids)
    while left:
        leg, there = min((problem.leg(crew, day, here, site) or (0, 0), site) for site in left)
        arrive = clock + leg[0]
        yield Stop(
            site_id=there,
            rule_id="clinic",
            arrive_minute=arrive,
            start_minute=arrive,
            leave_minute=arrive + 40,
            leg_minutes=leg[0],
            leg_metres=leg[1],
        )
        here, clock = there, arrive + 40
        left.remove(there)


def _later(stop: Stop, minutes: int) -> Stop:
    return Stop(
        site_id=stop.site_id,
        rule_id=stop.rule_id,
        arrive_minute=stop.arrive_minute + minutes,
        start_minute=stop.start_minute + minutes,
        leave_minute=stop.leave_minute + minutes,
        leg_minutes=stop.leg_minutes,
        leg_metres=stop.leg_metres,
    )
