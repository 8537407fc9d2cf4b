"""The county's border: the outline of its cells, smoothed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from shapely import box, union_all
from shapely.geometry import Polygon

from planner.tables.generate.terrain import CELL_METRES


def border_of(inside: NDArray[np.bool_]) -> Polygon:
    """Return the border in metres: one polygon without holes."""
    cells = [
        box(c * CELL_METRES, r * CELL_METRES, (c + 1) * CELL_METRES, (r + 1) * CELL_METRES)
        for r, c in zip(*np.nonzero(inside), strict=True)
    ]
    area = union_all(cells).buffer(900).buffer(-1800).buffer(900).simplify(120)
    largest = max(getattr(area, "geoms", [area]), key=lambda part: part.area)
    return Polygon(largest.exterior)
