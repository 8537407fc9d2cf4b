"""The commands that keep a server's database well: copies of it, put back. Heavy imports wait inside the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.language import text
from planner.serving import DatabaseOption, place_of
from planner.telling import tell
from planner.usage import LanguageOption

BackupArgument = Annotated[Path, typer.Argument(metavar="FILE", help="File of the backup.")]


def backup(file: BackupArgument, lang: LanguageOption, database: DatabaseOption = None) -> None:
    """Write a whole copy of the database to FILE, also while the server runs; an older copy is replaced."""
    from planner.store.backups import back_up  # noqa: PLC0415

    back_up(place_of(database), file)
    tell(text("Written: {path}", path=file.absolute()), lang.value)


def restore(
    file: BackupArgument,
    lang: LanguageOption,
    database: DatabaseOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Lose what is in the database now.")] = False,
) -> None:
    """Put a backup back as the database; nothing may have it open."""
    from planner.store import backups  # noqa: PLC0415

    place = place_of(database)
    backups.restore(file, place, is_to_replace=replace)
    tell(text("Restored: {path}", path=place), lang.value)
