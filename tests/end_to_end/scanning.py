"""Pages of a PDF as a grey scanner or a black printer makes them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

DPI = 150
MILLIMETRES = 25.4 / DPI  # of a pixel
PDFTOPPM = shutil.which("pdftoppm")
HAS_PDFTOPPM = pytest.mark.skipif(
    PDFTOPPM is None, reason="no pdftoppm (poppler-utils) on this machine: nothing can be scanned"
)


def scan(printed: Path) -> Iterator[np.ndarray[Any, Any]]:
    """Yield the pages as a grey scanner sees them."""
    stem = printed.with_suffix("")
    subprocess.run([str(PDFTOPPM), "-gray", "-r", str(DPI), str(printed), str(stem)], check=True, timeout=300)
    for path in sorted(printed.parent.glob("sheet-*.pgm")):
        _, size, _, pixels = path.read_bytes().split(b"\n", 3)
        width, height = map(int, size.split())
        yield np.frombuffer(pixels, np.uint8).reshape(height, width)
