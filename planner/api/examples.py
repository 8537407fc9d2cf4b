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
ORDER = {"dataset_id": ID, "start": "2026-03-02", "weeks": 1, "seconds": 30.0, "seed": 1, "with_outcomes": True}
JOB = {
    "id": OTHER_ID, "dataset_id": ID, "state": "running", "outcome": None, "stopped": None, "is_cancelled": False,
    "start": "2026-03-02", "weeks": 1, "seconds": 30.0, "rounds": None, "seed": 1,
    "outcomes": 212, "searched_seconds": 4.0,
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
PACKED = "PK..."
TRACK = '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1">...</gpx>'
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

WISH = {
    "site_id": "dashu", "rule_id": "weekly", "from_day": "2026-03-02", "from_team": "north", "limit": 2,
}  # fmt: skip
SLOTS = {
    "plan_id": OTHER_ID, "number": 1, "tried": 12,
    "slots": [
        {"to_day": "2026-03-03", "to_team": "north", "position": 0, "start_minute": 610, "cost_change": -1.75,
         "km_change": -1.75, "minutes_change": -4, "is_sound": True, "broken": []},
        {"to_day": "2026-03-04", "to_team": "north", "position": 2, "start_minute": 545, "cost_change": 3.5,
         "km_change": 3.5, "minutes_change": 8, "is_sound": True, "broken": []},
    ],
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
BATCH_ORDER = {"dataset_ids": [ID, OTHER_ID], "start": "2026-03-02", "weeks": 4, "seconds": 60.0, "seed": 1}
BATCH_LINE = {
    "dataset_id": ID, "job_id": OTHER_ID, "state": "ended", "outcome": "some_unserved", "plan_id": OTHER_ID,
    "asked_visits": 155, "planned_visits": 153, "owed_visits": 2, "km": 4120.5, "hours": 391.25,
}  # fmt: skip
BATCH = {
    "id": OTHER_ID, "state": "ended", "queued": 0, "running": 0, "ended": 1, "created_at": MORNING,
    "progress": "1 of 1 counties done, 0 being searched, 0 waiting.", "jobs": [BATCH_LINE],
    "summary": {"outcomes": {"some_unserved": 1}, "asked_visits": 155, "planned_visits": 153, "owed_visits": 2,
                "km": 4120.5, "hours": 391.25, "searched_seconds": 60.0,
                "sentence": "153 of 155 visits planned, 2 owed; 4120 km and 391 team hours."},
}  # fmt: skip
BATCH_WAITS = {
    **BATCH, "state": "running", "queued": 1, "ended": 0, "summary": None,
    "progress": "0 of 1 counties done, 0 being searched, 1 waiting.",
    "jobs": [{**dict.fromkeys(BATCH_LINE), "dataset_id": ID, "job_id": OTHER_ID, "state": "queued"}],
}  # fmt: skip
WEBHOOK = {"id": ID, "url": "https://app.example.org/xunzhen", "kinds": ["job.ended"], "created_at": MORNING}
DELIVERY = {
    "id": OTHER_ID, "kind": "job.ended", "job_id": ID, "plan_id": OTHER_ID, "state": "delivered", "tries": 2,
    "status": 204, "fault": None, "created_at": MORNING, "ended_at": LATER,
}  # fmt: skip
COUNTED = {
    "demanded": 4, "kept": 3, "planned": 4, "held": 3, "missed": 1, "untold": 0, "people": 118, "referrals": 5,
    "reasons": {"road": 1},
}  # fmt: skip
COVERAGE = {
    "format": "xunzhen-seen", "version": 1, "first_day": "2026-03-02", "last_day": "2026-03-29",
    "is_as_demanded": False, **COUNTED, "gaps_broken": 1, "longest_gap_days": 14,
    "weighted": {name: {"share": 0.75, "worst_tenth": 0.75} for name in ("villages", "people", "people_65")},
    "worst_villages": ["dashu"],
    "villages": [
        {"site_id": "dashu", "state": "some", "share": 0.75, "rules": [
            {"rule_id": "weekly", **COUNTED, "last_held": "2026-03-24", "days_since": 5, "longest_gap_days": 14,
             "max_gap_days": 10, "is_gap_kept": False},
        ]},
    ],
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
    "send_wish": SLOTS,
    "post_publish": PLAN,
    "get_diff": DIFF,
    "get_visits": {"items": [VISIT]},
    "put_outcome": OUTCOME,
    "get_outcomes": {"items": [OUTCOME], "next": None},
    "send_batch": BATCH_WAITS,
    "get_batches": {"items": [{"id": OTHER_ID, "created_at": MORNING}], "next": None},
    "get_batch": BATCH,
    "post_batch_cancel": BATCH_WAITS,
    "send_webhook": {**WEBHOOK, "secret": "xw_" + "A" * 43},
    "get_webhooks": {"items": [WEBHOOK], "next": None},
    "remove_webhook": WEBHOOK,
    "get_deliveries": {"items": [DELIVERY], "next": None},
    "get_coverage": COVERAGE,
    "delete_dataset": {**DELETED, "datasets": 1},
    "delete_plan": DELETED,
    "get_index": PAGE,
    "get_summary": PAGE,
    "get_circuits": PACKED,
    "get_notices": PACKED,
    "get_sheet": PAGE,
    "get_track": TRACK,
    "get_calendar": CALENDAR,
    "get_map": FEATURES,
    "get_health": {"status": "ok", "version": "0.1.0"},
}
BODIES: Mapping[str, Any] = {
    "send_job": ORDER,
    "send_move": MOVE,
    "send_wish": WISH,
    "put_outcome": HELD,
    "send_batch": BATCH_ORDER,
    "send_webhook": {"url": WEBHOOK["url"], "kinds": ["job.ended"]},
}
