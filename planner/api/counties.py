"""The problems that plans were made from, kept for as long as somebody edits them, so that a move takes no reading."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from planner.api.problems import ProblemError
from planner.api.reading import Tables, open_problem
from planner.history import Brief
from planner.model import Problem
from planner.store import Database
from planner.store.datasets import read_content
from planner.store.jobs import find_job
from planner.store.records import StoredPlan

MOST_KEPT = 8  # a large one takes 20 MB
Opened = tuple[Problem, list[dict[str, Any]]]
_kept: OrderedDict[tuple[str, str, int, str], Opened] = OrderedDict()
_lock = Lock()


def past_of(store: Database, plan: StoredPlan) -> tuple[Brief, ...] | None:
    """Return the outcomes that a plan was made with: those that had been told when its job was ordered."""
    return find_job(store, county_id=plan.county_id, job_id=plan.job_id).order.past


def problem_of(store: Database, plan: StoredPlan, document: Mapping[str, Any]) -> Opened:
    """Return the problem of a plan and the notices of its tables; read by a child when it is not at hand."""
    past = past_of(store, plan)
    known = (plan.dataset_id, str(document["start"]), int(document["days"]), plan.job_id if past else "")
    with _lock:
        if known in _kept:
            _kept.move_to_end(known)
            return _kept[known]
    tables = Tables(plan.county_id, *read_content(store, plan.dataset_id))
    opened = open_problem(tables, (known[1], known[2]), past)
    if opened is None:
        raise ProblemError("dataset_refused", issues=[])
    with _lock:
        _kept[known] = opened
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return opened


def forget(dataset_id: str) -> None:
    """Keep no problem of a dataset that was deleted: there are names in it."""
    with _lock:
        for known in [known for known in _kept if known[0] == dataset_id]:
            del _kept[known]
