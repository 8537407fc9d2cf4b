"""What an app does with a client that was generated from the description; run with the packages of the generator.

Arguments: address, key, archive, first day. Prints the state of the job, who drives first, and the code of a problem.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from io import BytesIO
from pathlib import Path

from generated.api.datasets import get_datasets, send_dataset
from generated.api.jobs import get_job, send_job
from generated.api.plans import get_plan, get_revision
from generated.client import AuthenticatedClient
from generated.models import DatasetAnswer, JobAnswer, JobOrder, PlanAnswer, ProblemAnswer, RevisionAnswer
from generated.types import File

address, key, archive, monday = sys.argv[1:]
client = AuthenticatedClient(base_url=address, token=key, timeout=150, raise_on_unexpected_status=True)
with client as opened:
    sent = send_dataset.sync(client=opened, body=File(payload=BytesIO(Path(archive).read_bytes())))
    assert isinstance(sent, DatasetAnswer), sent
    listed = get_datasets.sync(client=opened)
    assert sent.id in {item.id for item in listed.items}
    order = JobOrder(dataset_id=sent.id, start=date.fromisoformat(monday), weeks=1, seconds=60.0, rounds=1)
    job = send_job.sync(client=opened, body=order, idempotency_key="once")
    again = send_job.sync(client=opened, body=order, idempotency_key="once")
    assert isinstance(job, JobAnswer), job
    assert again.id == job.id
    while job.state != "ended":
        time.sleep(0.3)
        job = get_job.sync(job.id, client=opened)
    plan = get_plan.sync(job.plan_id, client=opened)
    assert isinstance(plan, PlanAnswer), plan
    revision = get_revision.sync(plan.id, plan.head, client=opened)
    assert isinstance(revision, RevisionAnswer), revision
    route = revision.plan.to_dict()["circuits"][0]["routes"][0]
    refused = get_plan.sync("0" * 24, client=opened)
    assert isinstance(refused, ProblemAnswer), refused
    sys.stdout.write(f"{job.outcome} {route['day']} {route['team_id']} {refused.code}\n")
