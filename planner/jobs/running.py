"""A worker as a process: started, told to end, ended."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Sequence

from planner.jobs.couriers import Couriers
from planner.jobs.hosts import hosts_told, read_hosts
from planner.jobs.port import LeasedJobs
from planner.jobs.worker import work
from planner.solver.first_run import ensure_compiled
from planner.store import open_store
from planner.store.leases import BEAT_SECONDS

BEATS = 6  # of a lease


def run_worker(
    place: str, *, lease_seconds: float, webhook_hosts: Sequence[str] = (), parent: int | None = None
) -> None:
    """Run jobs until told to end by SIGINT or SIGTERM, or until the parent is gone, where there is one.

    Beside them couriers deliver what webhooks are told, to these hosts.
    """
    hosts = read_hosts(webhook_hosts)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("xunzhen").setLevel(logging.INFO)
    told: list[int] = []
    for which in (signal.SIGINT, signal.SIGTERM):
        signal.signal(which, lambda number, _frame: told.append(number))

    def should_end() -> bool:
        return bool(told) or (parent is not None and os.getppid() != parent)

    ensure_compiled(None, should_end)  # once on a machine; no search waits for it then
    database = open_store(place)
    try:
        jobs = LeasedJobs(database, lease_seconds=lease_seconds, beat_seconds=min(BEAT_SECONDS, lease_seconds / BEATS))
        with Couriers(database, hosts):
            work(jobs, should_end)
    finally:
        database.close()


if __name__ == "__main__":
    run_worker(
        os.environ["XUNZHEN_DATABASE"],
        lease_seconds=float(sys.argv[1]),
        webhook_hosts=hosts_told(None),
        parent=int(sys.argv[2]),
    )
