"""A headless Chromium with the network off, and what a page does in it that it should not."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
HAS_CHROMIUM = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: the pages can be neither looked at nor printed"
)
PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")  # of a PDF
# Counts how many pixels of a picture look like each colour asked, and how many colours there are at all.
COUNT_PIXELS = """
async ([picture, colours]) => {
  const image = new Image();
  image.src = "data:image/png;base64," + picture;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const data = pen.getImageData(0, 0, image.width, image.height).data, seen = new Set();
  const counts = colours.map(() => 0);
  for (let k = 0; k < data.length; k += 4) {
    seen.add(data[k] * 65536 + data[k + 1] * 256 + data[k + 2]);
    colours.forEach((c, i) => {
      const away = Math.abs(data[k] - c[0]) + Math.abs(data[k + 1] - c[1]) + Math.abs(data[k + 2] - c[2]);
      if (away < 24) { counts[i] += 1; }
    });
  }
  return [counts, seen.size];
}
"""


@dataclass
class Watched:
    """An opened page, and what it did that it should not."""

    page: Page
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def go(self, path: Path) -> None:
        """Open the page; the request for itself is not counted."""
        self.page.goto(path.as_uri())
        self.requests.remove(path.as_uri())

    def count(self, *colours: tuple[int, int, int]) -> tuple[list[int], int]:
        """Return how many pixels look like each colour, and how many different colours are seen."""
        picture = base64.b64encode(self.page.screenshot()).decode()
        counts, seen = self.page.evaluate(COUNT_PIXELS, [picture, colours])
        return counts, seen


@contextmanager
def started_browser() -> Iterator[Browser]:
    """A headless Chromium, closed in the end."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        opened.close()


def open_page(browser: Browser, folder: Path, document: str, *, width: int = 1400, height: int = 860) -> Watched:
    """Write the document and open it."""
    path = folder / "page.html"
    path.write_text(document, encoding="utf-8")
    return open_file(browser, path, width=width, height=height)


def open_file(browser: Browser, path: Path, *, width: int = 1400, height: int = 860) -> Watched:
    """Open the page in a window of its own."""
    watched = open_window(browser, width=width, height=height)
    watched.go(path)
    return watched


def open_window(browser: Browser, *, width: int = 1400, height: int = 860) -> Watched:
    """Open an empty window with the network off, and watch it."""
    page = browser.new_context(offline=True, viewport={"width": width, "height": height}).new_page()
    watched = Watched(page)
    page.on("request", lambda request: watched.requests.append(request.url))
    page.on("dialog", lambda dialog: (watched.dialogs.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    return watched
