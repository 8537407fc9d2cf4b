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
from planner.store.datasets import list_datasets
from planner.store.leases import Claimer, finish
from planner.store.plans import find_plan
from planner.store.purging import purge_dataset
from planner.store.records import Ending, LostLeaseError
from tests.databases import IS_LONG
from tests.end_to_end.small_county import ROOT
from tests.planner.api.desk import Desk
from tests.planner.api.listening import listening, tool
from tests.planner.api.test_changes import edited, new_plan
from tests.planner.jobs.uploads import packed
from tests.planner.tables.county import county, write_workbook

__all__ = ["edited"]
PHASES = "examples,coverage,fuzzing,stateful"
EXAMPLES = 100 if IS_LONG else 10  # of an operation and phase
PATIENCE = 3600
# What may be refused though the description allows it: bytes that are no county, referrals without people, a change
# without If-Match or with that of another day, a move of a visit that there is not.
SETTINGS = """
[generation]
database = "none"
{ids}
[[operations]]
include-operation-id = "send_dataset"
checks.positive_data_acceptance.expected-statuses = ["2xx", 422]
checks.negative_data_rejection.enabled = false
[[operations]]
include-operation-id = ["send_move", "post_publish", "put_outcome"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 404, 409, 412, 422, 428]
"""
IDS = """
[parameters]
plan_id = "{plan_id}"
dataset_id = "{dataset_id}"
job_id = "{job_id}"
number = 1
team_id = "East"
week = "2026-03-02"
[[operations]]
include-method = "DELETE"
checks.ensure_resource_availability.enabled = false
[operations.parameters]
plan_id = "000000000000000000000000"
dataset_id = "000000000000000000000000"
"""


def leave_only_tables_that_can_be_read(desk: Desk) -> None:
    """Delete what a desk is stocked with: its plan is of no county at all, and no page can be made of it."""
    for dataset in list_datasets(desk.database, county_id="sangzhi", limit=100):
        if dataset.id != desk.ids["dataset_id"]:
            purge_dataset(desk.database, county_id="sangzhi", dataset_id=dataset.id, and_running=True)


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
def test_schemathesis_finds_nothing(edited: Desk, tmp_path: Path, asks_for: str) -> None:
    """All its phases, with the key of an admin: no 5xx, nothing that the description does not have, no fault of HTTP.

    The seed is fixed. Once it makes up every id, and once it is told those of a county with a plan and a job.
    """
    leave_only_tables_that_can_be_read(edited)
    plan = find_plan(edited.database, county_id="sangzhi", plan_id=new_plan(edited))
    found = {"plan_id": plan.id, "dataset_id": plan.dataset_id, "job_id": plan.job_id}
    ids = IDS.format(**found) if asks_for == "what is there" else ""
    (tmp_path / "schemathesis.toml").write_text(SETTINGS.format(ids=ids))
    (tmp_path / "county.zip").write_bytes(packed(tmp_path / "county"))
    write_workbook(tmp_path / "county.xlsx", county())
    with listening(edited) as port, jobs_that_end(edited.database):
        command = [
            str(tool("schemathesis")), "--config-file", str(tmp_path / "schemathesis.toml"), "run",
            f"http://127.0.0.1:{port}/openapi.json", "--phases", PHASES, "--max-examples", str(EXAMPLES), "--seed", "1",
            "--header", f"Authorization: {edited.headers['admin']['Authorization']}", "--request-timeout", "150",
            "--continue-on-failure", "--suppress-health-check", "all", "--no-color",
        ]  # fmt: skip
        told = {
            "SCHEMATHESIS_HOOKS": "tests.planner.api.tool_hooks", "PYTHONPATH": str(ROOT),
            "XUNZHEN_ZIP": str(tmp_path / "county.zip"), "XUNZHEN_XLSX": str(tmp_path / "county.xlsx"),
        }  # fmt: skip
        done = subprocess.run(
            command, cwd=tmp_path, env={**os.environ, **told}, capture_output=True, text=True, check=False,
            timeout=PATIENCE,
        )  # fmt: skip
    print(done.stdout)  # noqa: T201 - the counts
    assert done.returncode == 0, done.stdout[-30_000:] + done.stderr[-3000:]
    counted = re.search(r"(\d+) generated", done.stdout)
    assert counted is not None
    assert int(counted[1]) > 500
    assert re.search(r"Tested: 25\b", done.stdout)
