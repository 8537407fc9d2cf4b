"""A client generated from docs/openapi.json by a tool of others can be used: openapi-python-client (MIT).

It is no part of the requirements, because it wants older packages than ours; to run this, install it beside them and
name it: XUNZHEN_OPENAPI_PYTHON_CLIENT=/path/to/openapi-python-client, or have it on the path.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from pathlib import Path

import pytest

from planner.jobs.port import LeasedJobs
from planner.jobs.worker import work
from planner.store import open_store
from tests.end_to_end.small_county import ROOT
from tests.planner.api.desk import desk_over
from tests.planner.api.listening import listening, tool
from tests.planner.jobs.uploads import packed

NAME = "openapi-python-client"
# The generator knows neither kind of upload by itself. Told of both it writes Python that cannot be imported (0.29.1).
SETTINGS = """
content_type_overrides:
  application/zip: application/octet-stream
"""


@pytest.mark.skipif(tool(NAME) is None, reason=f"{NAME} is not installed (pip install {NAME}, apart from ours)")
def test_generated_client_uploads_orders_and_reads_a_plan(tmp_path: Path) -> None:
    """Every operation is generated; upload, order (twice, one job), wait, read the plan; a problem is a problem."""
    generate(tmp_path)
    made = {path.stem for path in (tmp_path / "generated" / "api").glob("*/*.py")} - {"__init__"}
    assert made == set(re.findall(r'"operationId": "(\w+)"', (ROOT / "docs" / "openapi.json").read_text("utf-8")))
    (tmp_path / "county.zip").write_bytes(packed(tmp_path / "county"))
    database = open_store(str(tmp_path / "xunzhen.db"))
    is_over = threading.Event()
    with desk_over(database) as desk, listening(desk) as port:
        worker = threading.Thread(target=work, args=(LeasedJobs(database), is_over.is_set))
        worker.start()
        try:
            said = run(tmp_path, f"http://127.0.0.1:{port}", desk.headers["other county"]["Authorization"].split()[1])
        finally:
            is_over.set()
            worker.join()
    database.close()
    assert re.fullmatch(r"complete 2026-03-0\d (?:East|North) not_found\n", said)


def generate(folder: Path) -> None:
    """Write the client into the folder; no operation may be left out."""
    (folder / "settings.yml").write_text(SETTINGS)
    command = [str(tool(NAME)), "generate", "--path", str(ROOT / "docs" / "openapi.json"), "--meta", "none",
               "--config", "settings.yml", "--output-path", "generated"]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "will not be generated" not in done.stdout + done.stderr


def run(folder: Path, address: str, key: str) -> str:
    """Return what the smoke test prints; it runs with the Python of the generator, which has what clients import."""
    python = Path(str(tool(NAME))).read_text("utf-8").partition("\n")[0].removeprefix("#!").strip()
    command = [python, str(Path(__file__).with_name("generated_smoke.py")), address, key,
               str(folder / "county.zip"), "2026-03-02"]  # fmt: skip
    told = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
