"""Pages printed to PDF by a browser that the machine has already; none is asked for, Ctrl+P does the same."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from planner.files import working_folder, write_whole

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge", "chrome"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
MOST_SECONDS = 180  # for one file of pages: 250 notices take about ten
OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-pdf-header-footer",
)


def find_browser() -> str | None:
    """Return the Chromium, Chrome or Edge of this machine, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def print_pages(pages: Iterable[Path], browser: str) -> Iterator[Path]:
    """Print each page (.html) to a PDF beside it and yield the PDF; one that the browser fails at is not yielded.

    A PDF takes its name only when whole. The pages are our own and hold no scripts, so root, for whom the browser has
    no sandbox, may print as well.
    """
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with working_folder("xunzhen-print-") as work:
        printed = work / "page.pdf"
        fixed = [browser, *OPTIONS, *sandbox, f"--user-data-dir={work}/profile", f"--print-to-pdf={printed}"]
        for page in pages:
            printed.unlink(missing_ok=True)
            with suppress(subprocess.TimeoutExpired, OSError):
                subprocess.run(
                    [*fixed, page.resolve().as_uri()], capture_output=True, timeout=MOST_SECONDS, check=False
                )
            if printed.exists() and printed.read_bytes().rstrip().endswith(b"%%EOF"):
                write_whole(page.with_suffix(".pdf"), printed.read_bytes())
                yield page.with_suffix(".pdf")
