"""An example for every operation, by its name; a test reads each as the API would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ID, OTHER_ID = "6f1f0c0a9d8e4b7c95d3a2e1", "0b9d2f4c8a7e6d5c4b3a2910"
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
MORNING, LATER = "2026-03-02T08:00:00Z", "2026-03-02T08:01:00Z"
DATASET = {
    "id": ID, "sha256": SHA, "kind": "zip", "bytes": 18250, "sites": 251, "teams": 71, "bases": 23,
    "notices": [], "created_at": MORNING,
}  # fmt: skip
ISSUES = {
    "is_plannable": False,
    "issues": [
        {"file": "villages.csv", "sheet": "", "row": 14, "column": "service_minutes", "is_warning": False,
         "sentence": 'villages.csv, row 14, service_minutes: expected a whole number, but found "45 min". Write 45.'},
    ],
}  # fmt: skip
ORDER = {"dataset_id": ID, "start": "2026-03-02", "weeks": 1, "seconds": 30.0, "seed": 1}
JOB = {
    "id": OTHER_ID, "dataset_id": ID, "state": "running", "outcome": None, "stopped": None, "is_cancelled": False,
    "start": "2026-03-02", "weeks": 1, "seconds": 30.0, "rounds": None, "seed": 1, "searched_seconds": 4.0,
    "best_cost": 5120.25, "best_owed": 3, "plan_id": None, "created_at": MORNING, "ended_at": None,
}  # fmt: skip
PLAN = {
    "id": OTHER_ID, "dataset_id": ID, "job_id": ID, "head": 2, "published": 1, "created_at": MORNING,
}  # fmt: skip
REVISION = {
    "plan_id": OTHER_ID, "number": 1, "sha256": SHA, "made_by": "search", "created_at": LATER,
    "dataset_id": ID, "dataset_sha256": SHA,
    "plan": {"start": "2026-03-02", "days": 7, "circuits": [], "unserved": [],
             "provenance": {"version": "0.1.0", "seed": 1, "rounds": 40, "dataset_sha256": SHA}},
    "report": {"cost": 5120.25, "terms": [], "violations": [], "unserved": [], "notices": []},
}  # fmt: skip
EVENTS = (
    'id: 3\nevent: better\ndata: {"kind": "better", "at": "2026-03-02T08:00:05Z", '
    '"data": {"cost": 5120.25, "owed": 3, "seconds": 4.0}}\n\n'
)
FEATURES: Mapping[str, Any] = {"type": "FeatureCollection", "features": []}
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
PAGE = "<!doctype html><html>...</html>"

MOVE = {
    "site_id": "dashu", "rule_id": "weekly", "from_day": "2026-03-02", "from_team": "north", "to_day": "2026-03-03",
    "to_team": "north", "position": None, "accept_broken_rules": False,
}  # fmt: skip
MOVED = {
    "plan_id": OTHER_ID, "head": 2, "is_applied": True, "cost": 5118.5, "cost_change": -1.75,
    "term_changes": {"driving": -1.75}, "broken": [], "mended": [],
    "changes": ["dashu (weekly), other day: 2026-03-02 09:00 north -> 2026-03-03 10:10 north"], "owed": 3,
}  # fmt: skip

VISIT = {
    "id": ID, "day": "2026-03-02", "team_id": "north", "site_id": "dashu", "rule_id": "weekly", "start_minute": 545,
}  # fmt: skip
DIFF = {
    "plan_id": OTHER_ID, "from_number": 1, "to_number": 2,
    "changes": [
        {"kind": "moved day", "site_id": "dashu", "rule_id": "weekly",
         "before": {"day": "2026-03-02", "team_id": "north", "start_minute": 540},
         "after": {"day": "2026-03-03", "team_id": "north", "start_minute": 610},
         "sentence": "dashu (weekly), other day: 2026-03-02 09:00 north -> 2026-03-03 10:10 north"},
    ],
}  # fmt: skip
HELD = {"held": True, "why": None, "note": None, "people": 41, "referrals": 3}
OUTCOME = {
    "plan_id": OTHER_ID, "visit_id": ID, "revision": 1, "etag": '"o1"', **HELD, "updated_at": LATER,
}  # fmt: skip
DELETED = {"datasets": 0, "jobs": 1, "plans": 1, "revisions": 2, "is_erased": True}

ANSWERS: Mapping[str, Any] = {
    "send_dataset": DATASET,
    "get_datasets": {"items": [DATASET], "next": None},
    "get_dataset": DATASET,
    "get_issues": ISSUES,
    "send_job": {**JOB, "state": "queued", "best_cost": None, "best_owed": None, "searched_seconds": 0.0},
    "get_jobs": {"items": [JOB], "next": None},
    "get_job": JOB,
    "post_cancel": {**JOB, "is_cancelled": True},
    "get_events": EVENTS,
    "get_plans": {"items": [PLAN], "next": None},
    "get_plan": PLAN,
    "get_revision": REVISION,
    "send_move": MOVED,
    "post_publish": PLAN,
    "get_diff": DIFF,
    "get_visits": {"items": [VISIT]},
    "put_outcome": OUTCOME,
    "get_outcomes": {"items": [OUTCOME], "next": None},
    "delete_dataset": {**DELETED, "datasets": 1},
    "delete_plan": DELETED,
    "get_index": PAGE,
    "get_sheet": PAGE,
    "get_calendar": CALENDAR,
    "get_map": FEATURES,
    "get_health": {"status": "ok", "version": "0.1.0"},
}
BODIES: Mapping[str, Any] = {
    "send_job": ORDER,
    "send_move": MOVE,
    "put_outcome": HELD,
}
