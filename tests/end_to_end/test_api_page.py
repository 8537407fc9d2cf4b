"""The newcomer's hour of docs/api.md, by curl, as it is written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.small_county import ROOT


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed (Debian: apt-get install curl)")
def test_page_of_the_api_does_what_it_says(tmp_path: Path) -> None:
    """Upload, solve, watch, cancel, solve again, read, dry-run a move, apply it, publish, print: no command fails."""
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    script = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    assert script.count("curl") > 15
    surroundings = {
        **os.environ,
        "PORT": str(free_port()),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    begin = "set -eu\ntrap 'kill ${SERVER:-$$} 2>/dev/null || true' EXIT\n"
    done = subprocess.run(
        ["bash", "-c", begin + script + "\nwait $SERVER || true"],
        cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert "event: ended" in (tmp_path / "events.txt").read_text("utf-8")
    assert '<html lang="zh' in (tmp_path / "sheet.html").read_text("utf-8")
    assert (tmp_path / "calendar.ics").read_text("utf-8").startswith("BEGIN:VCALENDAR")
    assert "leaflet" in (tmp_path / "index.html").read_text("utf-8").lower()


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
