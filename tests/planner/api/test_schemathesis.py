"""Requests made up from the description of the API by a tool that knows none of our code: schemathesis (MIT).

It is no part of the requirements, because it brings twenty packages; install it to run this: pip install schemathesis.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from planner.store import Database, StoreUnavailableError
from planner.store.batches import submit_batch
from planner.store.datasets import list_datasets
from planner.store.leases import Claimer, finish
from planner.store.plans import find_plan
from planner.store.purging import purge_dataset
from planner.store.records import Ending, LostLeaseError, Order
from tests.databases import IS_LONG
from tests.end_to_end.small_county import ROOT
from tests.planner.api.desk import Desk
from tests.planner.api.listening import listening, tool
from tests.planner.api.test_changes import edited_in, new_plan
from tests.planner.jobs.uploads import packed
from tests.planner.tables.county import county, write_workbook

PHASES = "examples,coverage,fuzzing,stateful"
EXAMPLES = 100 if IS_LONG else 10  # of an operation and phase
PATIENCE = 3600
# What may be refused though the description allows it: bytes that are no county, referrals without people, a change
# without If-Match or with that of another day, a move or a wish of a visit that there is not, a webhook to a host that
# this server may not call, days of coverage that end before they begin.
SETTINGS = """
[generation]
database = "none"
{ids}
[[operations]]
include-operation-id = "send_dataset"
checks.positive_data_acceptance.expected-statuses = ["2xx", 422]
checks.negative_data_rejection.enabled = false
[[operations]]
include-operation-id = [
    "send_move", "post_publish", "put_outcome", "send_wish", "send_webhook", "get_coverage",
]
checks.positive_data_acceptance.expected-statuses = ["2xx", 404, 409, 412, 422, 428]
"""
IDS = """
[parameters]
plan_id = "{plan_id}"
dataset_id = "{dataset_id}"
job_id = "{job_id}"
webhook_id = "{webhook_id}"
batch_id = "{batch_id}"
visit_id = "{visit_id}"
number = 1
team_id = "East"
week = "2026-03-02"
[[operations]]
include-method = "DELETE"
checks.ensure_resource_availability.enabled = false
[operations.parameters]
plan_id = "000000000000000000000000"
dataset_id = "000000000000000000000000"
webhook_id = "000000000000000000000000"
"""


def leave_only_tables_that_can_be_read(desk: Desk) -> None:
    """Delete what a desk is stocked with: its plan is of no county at all, and no page can be made of it."""
    for dataset in list_datasets(desk.database, county_id="sangzhi", limit=100):
        if dataset.id != desk.ids["dataset_id"]:
            purge_dataset(desk.database, county_id="sangzhi", dataset_id=dataset.id, and_running=True)


def what_is_there(desk: Desk) -> dict[str, str]:
    """Return the ids of one of everything: a plan that is published, its tables, its job, a batch, a webhook."""
    plan = find_plan(desk.database, county_id="sangzhi", plan_id=new_plan(desk))
    tag = {**desk.headers["scheduler"], "If-Match": '"r1"'}
    assert desk.client.post(f"/v1/plans/{plan.id}:publish", headers=tag).status_code == 200
    visits = desk.client.get(f"/v1/plans/{plan.id}/revisions/1/visits", headers=tag).json()["items"]
    batch, _ = submit_batch(desk.database, county_id="sangzhi", dataset_ids=[plan.dataset_id], order=Order())
    return {
        "plan_id": plan.id, "dataset_id": plan.dataset_id, "job_id": plan.job_id, "batch_id": batch.id,
        "visit_id": visits[0]["id"], "webhook_id": desk.ids["webhook_id"],
    }  # fmt: skip


@contextmanager
def jobs_that_end(database: Database) -> Iterator[None]:
    """End every job soon after it is ordered: who follows its events would else wait as long as he can."""
    is_over, claimer = threading.Event(), Claimer(database)

    def end_jobs() -> None:
        while not is_over.wait(0.05):
            with suppress(LostLeaseError, StoreUnavailableError):
                while (lease := claimer.claim()) is not None:
                    finish(database, lease, Ending(outcome="nothing_found", stopped="seconds", searched_ms=1))

    thread = threading.Thread(target=end_jobs)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@pytest.mark.skipif(tool("schemathesis") is None, reason="schemathesis is not installed (pip install schemathesis)")
@pytest.mark.parametrize("asks_for", ["anything", "what is there"])
def test_schemathesis_finds_nothing(tmp_path: Path, asks_for: str) -> None:
    """All its phases, with the key of an admin: no 5xx, nothing that the description does not have, no fault of HTTP.

    The seed is fixed. Once it makes up every id, and once it is told those of a county with a plan and a job.
    """
    (tmp_path / "county.zip").write_bytes(packed(tmp_path / "county"))
    write_workbook(tmp_path / "county.xlsx", county())
    with edited_in(tmp_path) as edited:
        leave_only_tables_that_can_be_read(edited)
        found = what_is_there(edited) if asks_for == "what is there" else {}
        (tmp_path / "schemathesis.toml").write_text(SETTINGS.format(ids=IDS.format(**found) if found else ""))
        with jobs_that_end(edited.database), listening(edited) as port:
            done = run_tool(edited, port, tmp_path, found.get("dataset_id", ""))
    print(done.stdout)  # noqa: T201 - the counts
    assert done.returncode == 0, done.stdout[-30_000:] + done.stderr[-3000:]
    counted = re.search(r"(\d+) generated", done.stdout)
    assert counted is not None
    assert int(counted[1]) > 500
    operations = re.findall(r'"operationId"', (ROOT / "docs" / "openapi.json").read_text("utf-8"))
    assert re.search(rf"Tested: {len(operations)}\b", done.stdout)


def run_tool(desk: Desk, port: int, folder: Path, dataset: str) -> subprocess.CompletedProcess[str]:
    """Run all phases of the tool; what is ordered is of the dataset, where one is named."""
    command = [
        str(tool("schemathesis")), "--config-file", str(folder / "schemathesis.toml"), "run",
        f"http://127.0.0.1:{port}/openapi.json", "--phases", PHASES, "--max-examples", str(EXAMPLES), "--seed", "1",
        "--header", f"Authorization: {desk.headers['admin']['Authorization']}", "--request-timeout", "150",
        "--continue-on-failure", "--suppress-health-check", "all", "--no-color",
    ]  # fmt: skip
    told = {
        "SCHEMATHESIS_HOOKS": "tests.planner.api.tool_hooks", "PYTHONPATH": str(ROOT), "XUNZHEN_DATASET": dataset,
        "XUNZHEN_ZIP": str(folder / "county.zip"), "XUNZHEN_XLSX": str(folder / "county.xlsx"),
    }  # fmt: skip
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **told}, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
