"""The example client does what it says against a running server; the test is the worker that makes its plan."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from planner.codec import dump_plan
from planner.store import open_store
from planner.store.keys import create_key
from planner.store.leases import Claimer, finish
from planner.store.records import Ending, Judged, Role
from tests.end_to_end.serving import Processes
from tests.end_to_end.small_county import ROOT
from tests.planner.jobs.uploads import packed
from tests.planner.test_codec import a_plan


def test_client_prints_who_goes_where(tmp_path: Path) -> None:
    """Tables sent, job ordered and waited for, one line for each route of the plan, in at most 45 lines of code."""
    (tmp_path / "county.zip").write_bytes(packed(tmp_path / "county"))
    database = open_store(str(tmp_path / "xunzhen.db"))
    _, key = create_key(database, county_id="napkin", role=Role.SCHEDULER, days=1)
    server, claimer = Processes(str(tmp_path / "xunzhen.db")), Claimer(database)
    server.start("api")
    try:
        wait_for(server.port)
        command = [sys.executable, "docs/client.py", f"http://127.0.0.1:{server.port}", key]
        command += [str(tmp_path / "county.zip"), "2026-03-02"]
        client = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        while (lease := claimer.claim()) is None:
            assert client.poll() is None
            time.sleep(0.2)
        made = Judged(plan=dump_plan(a_plan()), report=json.dumps({"en": {}, "zh": {}}).encode())
        finish(database, lease, Ending(outcome="complete", stopped="rounds", searched_ms=1, made=made))
        printed, _ = client.communicate(timeout=120)
    finally:
        server.end()
        database.close()
    routes = [route for circuit in a_plan().circuits for route in circuit.routes]
    assert client.returncode == 0
    assert printed.splitlines() == [
        " ".join([str(route.day), route.team_id, *(stop.site_id for stop in route.stops)]) for route in routes
    ]
    assert (ROOT / "docs" / "client.py").read_text("utf-8").count("\n") <= 45


def wait_for(port: int) -> None:
    """Wait until the server answers, for at most three minutes."""
    import urllib.error
    import urllib.request

    deadline = time.monotonic() + 180
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline
            time.sleep(0.3)
