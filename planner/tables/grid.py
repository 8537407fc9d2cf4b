"""One sheet as it stands in a file, before anything of it is understood."""

from __future__ import annotations

from dataclasses import dataclass

from planner.tables.cell import Cell

WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One sheet as it stands in the file. ``rows[0]`` is shown as row ``first_row``."""

    file: str
    name: str  # of the sheet, or the stem of the file
    is_sheet: bool  # a sheet of a workbook or a layer, which messages name
    rows: list[list[Cell]]
    first_row: int = 1
    error_cells: tuple[tuple[int, str], ...] = ()
    is_hidden: bool = False  # and not read
