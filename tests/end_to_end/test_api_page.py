"""The newcomer's hour of docs/api.md, by curl, as it is written."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.small_county import ROOT

MOST_SECONDS = 600  # on a machine that has other work to do; one minute where it has none


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
    command = ["bash", "-c", begin + script + "\nwait $SERVER || true"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=surroundings, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as shell:  # fmt: skip
        try:
            said, complained = shell.communicate(timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)  # the server of the page too
            raise
    assert shell.returncode == 0, said[-2000:] + complained[-2000:]
    assert "Traceback" not in complained
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
