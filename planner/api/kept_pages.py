"""Pages are made once: a revision is never changed, so that the next reader gets what the first one waited for."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from planner.api.counties import past_of
from planner.api.reading import Tables, make_page
from planner.store import Database, StoreUnavailableError
from planner.store.datasets import read_content
from planner.store.pages import keep_page, read_page
from planner.store.records import Revision, StoredPlan

ROOT = Path(__file__).parents[2]


def page_of(store: Database, plan: StoredPlan, revision: Revision, asked: dict[str, str]) -> bytes:
    """Return a page of a revision, made when it is not at hand; empty when the plan has none of that name."""
    county_id, plan_id, number, name = plan.county_id, plan.id, revision.number, name_of(asked)
    kept = read_page(store, county_id=county_id, plan_id=plan_id, number=number, name=name)
    if kept is not None:
        return kept
    document = json.loads(revision.made.plan)["plan"]
    if not _is_in(document, asked):
        return b""
    tables = Tables(county_id, *read_content(store, plan.dataset_id))
    days = (document["start"], document["days"])
    made = make_page(tables, revision.made.plan, days, past_of(store, plan), **asked)
    if made:
        with suppress(StoreUnavailableError):  # a disk that is full keeps nobody from reading
            keep_page(store, county_id=county_id, plan_id=plan_id, number=number, name=name, content=made)
    return made


def _is_in(document: dict[str, Any], asked: dict[str, str]) -> bool:
    """Return whether a plan has the team, in the week, of which a page is asked: no child is started to find none."""
    routes = [(circuit["team_id"], circuit["week"]) for circuit in document["circuits"]]
    if "week" in asked:
        return (asked["team"], asked["week"]) in routes
    return "team" not in asked or asked["team"] in {team for team, _ in routes}


def name_of(asked: dict[str, str]) -> str:
    """Return the name of a page: a hash of what is asked (its language too) and of the program that makes it.

    The size of the paper, as everything else that a page depends on, is in the tables of the plan, which never change.
    """
    return hashlib.sha256(json.dumps([program(), sorted(asked.items())]).encode()).hexdigest()


@cache
def program() -> str:
    """Return the version of the program with a hash of its files: a page of an older program is made again."""
    found = hashlib.sha256(metadata.version("xunzhen").encode())
    for folder in (ROOT / "planner", ROOT / "maps"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in {".pyc", ".nbi", ".nbc"}:
                found.update(path.read_bytes())
    return found.hexdigest()
