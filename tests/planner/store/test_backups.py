"""A backup holds all that was acknowledged before it began, and is put back only where nothing is lost by it."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from planner.errors import InputError
from planner.store import Database, open_store
from planner.store.backups import back_up, restore
from planner.store.database import StoreUnavailableError
from planner.store.datasets import find_dataset, keep_dataset, list_datasets
from planner.store.jobs import list_jobs
from planner.store.plans import add_revision, find_plan
from planner.store.records import Judged, TooManyError
from planner.store.tables import datasets, revisions
from tests.databases import IS_LONG
from tests.planner.store.stocked import stock, submitted
from tests.planner.store.test_plans import planned

WRITERS = 8
Known = set[tuple[str, int, str]]  # id of a dataset (0) or plan, number of its revision, SHA-256 of the bytes


class Busy:
    """Threads that write datasets, jobs and revisions, and note each one when it is acknowledged."""

    def __init__(self, database: Database) -> None:
        self.database, self.is_over, self.lock = database, threading.Event(), threading.Lock()
        self.known: Known = set()
        self.jobs: list[str] = []
        self.plan = planned(database)

    def acknowledged(self) -> Known:
        """Return what is known to be kept by now."""
        with self.lock:
            return set(self.known)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Let the threads write while the block runs."""
        with ThreadPoolExecutor(WRITERS) as pool:
            done = [pool.submit(self._write, number) for number in range(WRITERS)]
            try:
                yield
            finally:
                self.is_over.set()
        assert [thread.exception() for thread in done] == [None] * WRITERS

    def _write(self, writer: int) -> None:
        """Writer 0 changes the plan, as its one editor; the others send tables of 12 kB and more, and order plans."""
        made = 0
        while not self.is_over.is_set():
            made += 1
            content = f"{writer}/{made}".encode() * 4000
            with_id = self._change(content, made) if writer == 0 else self._send(content)
            with self.lock:
                self.known.add((*with_id, hashlib.sha256(content).hexdigest()))

    def _change(self, content: bytes, head: int) -> tuple[str, int]:
        made = Judged(plan=content, report=b"{}")
        add_revision(self.database, county_id="sangzhi", plan_id=self.plan, expected=head, made=made, made_by="move")
        return self.plan, head + 1

    def _send(self, content: bytes) -> tuple[str, int]:
        kept, _ = keep_dataset(self.database, county_id="sangzhi", kind="zip", content=content, summary={})
        with suppress(TooManyError):
            self.jobs.append(submitted(self.database, "sangzhi", kept.id).id)
        return kept.id, 0


def held(database: Database) -> Known:
    """Return what a database holds, by hashes worked out from the bytes again."""
    with database.reading() as connection:
        sent = connection.execute(select(datasets.c.id, datasets.c.content))
        found = {(row.id, 0, hashlib.sha256(row.content).hexdigest()) for row in sent}
        for row in connection.execute(select(revisions)):
            found.add((row.plan_id, row.number, hashlib.sha256(zlib.decompress(row.plan)).hexdigest()))
    return found


def test_backup_under_load_restores_all_that_was_acknowledged_before_it(sqlite: Database, tmp_path: Path) -> None:
    """3 backups (20 in the long run) while 8 threads write: each restores every hash that was known when it began."""
    busy, place = Busy(sqlite), str(sqlite.engine.url.database)
    before: list[Known] = []
    ordered: list[list[str]] = []
    with busy.writing():
        for number in range(20 if IS_LONG else 3):
            while len(busy.acknowledged()) < 40 * (number + 1):
                time.sleep(0.01)
            before.append(busy.acknowledged())
            ordered.append(list(busy.jobs))
            back_up(place, tmp_path / f"{number}.db")
    for number, known in enumerate(before):
        elsewhere = str(tmp_path / f"restored{number}" / "xunzhen.db")
        restore(tmp_path / f"{number}.db", elsewhere, is_to_replace=False)
        database = open_store(elsewhere)
        with database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert known <= held(database)
        assert set(ordered[number]) <= {job.id for job in list_jobs(database, county_id="sangzhi", limit=999)}
        assert find_plan(database, county_id="sangzhi", plan_id=busy.plan).head >= max(n for _, n, _ in known)
        database.close()


def test_backup_is_one_file_for_its_owner_only(sqlite: Database, tmp_path: Path) -> None:
    """Nothing beside it is needed, and nothing half-written is left beside it; the next one takes its place."""
    stock(sqlite, "sangzhi")
    folder = tmp_path / "backups"
    folder.mkdir()
    for _ in range(2):
        back_up(str(sqlite.engine.url.database), folder / "monday.db")
        assert [path.name for path in folder.iterdir()] == ["monday.db"]
        assert stat.S_IMODE((folder / "monday.db").stat().st_mode) == 0o600


def test_backup_destroys_nothing_of_another_kind(sqlite: Database, tmp_path: Path) -> None:
    """Neither a workbook nor a database that is in use, this one or another, loses its name to a backup."""
    place = str(sqlite.engine.url.database)
    stock(sqlite, "sangzhi")
    (tmp_path / "county.xlsx").write_bytes(b"PK" + b"x" * 100)
    open_store(str(tmp_path / "other.db")).close()
    for target in ("county.xlsx", "xunzhen.db", "other.db", "."):
        with pytest.raises(InputError, match="something else of this name"):
            back_up(place, tmp_path / target)
    with pytest.raises(InputError, match="There is no folder"):
        back_up(place, tmp_path / "nowhere" / "monday.db")
    assert len(list_datasets(sqlite, county_id="sangzhi", limit=9)) == 1


def test_backup_of_nothing_makes_nothing(tmp_path: Path) -> None:
    """A mistyped place is told, and no empty database is made there."""
    with pytest.raises(InputError, match="There is no database"):
        back_up(str(tmp_path / "typo.db"), tmp_path / "monday.db")
    assert list(tmp_path.iterdir()) == []


def test_failed_backup_leaves_the_older_one(sqlite: Database, tmp_path: Path) -> None:
    """The database is damaged in the middle: the backup of yesterday stays, byte for byte."""
    stock(sqlite, "sangzhi")
    place = Path(str(sqlite.engine.url.database))
    for number in range(20):
        keep_dataset(sqlite, county_id="sangzhi", kind="zip", content=bytes([number]) * 9000, summary={})
    back_up(str(place), tmp_path / "backup.db")
    yesterday = (tmp_path / "backup.db").read_bytes()
    sqlite.close()
    whole = place.read_bytes()
    place.write_bytes(whole[:8192] + b"\xff" * 4096 * 8 + whole[8192 + 4096 * 8 :])
    with pytest.raises((InputError, StoreUnavailableError)):
        back_up(str(place), tmp_path / "backup.db")
    assert (tmp_path / "backup.db").read_bytes() == yesterday
    assert not list(tmp_path.glob(".writing-*"))


def test_restore_refuses_a_database_in_use(sqlite: Database, tmp_path: Path) -> None:
    """Somebody has it open, though nobody asks for anything just now: refused, even with --replace."""
    datasets_of = stock(sqlite, "sangzhi")
    place = str(sqlite.engine.url.database)
    back_up(place, tmp_path / "backup.db")
    with pytest.raises(InputError, match="in use"):
        restore(tmp_path / "backup.db", place, is_to_replace=True)
    assert find_dataset(sqlite, county_id="sangzhi", dataset_id=datasets_of["sangzhi"]).size == 7
    submitted(sqlite, "sangzhi", datasets_of["sangzhi"])  # and it goes on


def test_restore_replaces_only_when_told(sqlite: Database, tmp_path: Path) -> None:
    """What came after the backup is lost when that is said, and is there otherwise."""
    place = str(sqlite.engine.url.database)
    stock(sqlite, "sangzhi")
    back_up(place, tmp_path / "backup.db")
    later, _ = keep_dataset(sqlite, county_id="sangzhi", kind="zip", content=b"later", summary={})
    sqlite.close()
    with pytest.raises(InputError, match="not empty"):
        restore(tmp_path / "backup.db", place, is_to_replace=False)
    assert later.id in {kept.id for kept in list_datasets(sqlite, county_id="sangzhi", limit=9)}
    sqlite.close()
    restore(tmp_path / "backup.db", place, is_to_replace=True)
    assert [kept.size for kept in list_datasets(sqlite, county_id="sangzhi", limit=9)] == [7]
    with sqlite.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


def test_damaged_database_is_replaced_and_kept(sqlite: Database, tmp_path: Path) -> None:
    """Its head or its middle is garbage: what to do is said, then done, and nothing of the damaged file is lost."""
    place = Path(str(sqlite.engine.url.database))
    stock(sqlite, "sangzhi")
    for number in range(20):
        keep_dataset(sqlite, county_id="sangzhi", kind="zip", content=bytes([number]) * 9000, summary={})
    back_up(str(place), tmp_path / "backup.db")
    sqlite.close()
    whole = place.read_bytes()
    for number, at in enumerate((0, 8192)):
        place.write_bytes(whole[:at] + b"\xff" * 8192 + whole[at + 8192 :])
        with pytest.raises(InputError, match=r"is damaged.*--replace"):
            restore(tmp_path / "backup.db", str(place), is_to_replace=False)
        restore(tmp_path / "backup.db", str(place), is_to_replace=True)
        restored = open_store(str(place))
        assert len(list_datasets(restored, county_id="sangzhi", limit=99)) == 21
        restored.close()
        kept = sorted(tmp_path.glob("xunzhen.db.damaged-*"))
        assert any(path.read_bytes()[at : at + 8192] == b"\xff" * 8192 for path in kept), number
        for path in kept:
            path.unlink()


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TRIGGER evil AFTER INSERT ON jobs BEGIN DELETE FROM keys; END",
        "CREATE VIEW evil AS SELECT 1",
        "UPDATE datasets SET content = CAST('another' AS BLOB)",
    ],
)
def test_altered_backup_is_refused(sqlite: Database, tmp_path: Path, change: str) -> None:
    """What we never make, and tables that are not those of their SHA-256."""
    stock(sqlite, "sangzhi")
    back_up(str(sqlite.engine.url.database), tmp_path / "backup.db")
    with closing(sqlite3.connect(tmp_path / "backup.db")) as altered:
        altered.execute(change)
        altered.commit()
    with pytest.raises(InputError, match="no whole database"):
        restore(tmp_path / "backup.db", str(tmp_path / "new.db"), is_to_replace=False)
    assert not (tmp_path / "new.db").exists()


def test_altered_plan_in_a_backup_is_refused(sqlite: Database, tmp_path: Path) -> None:
    """A visit that begins a minute later, packed as before."""
    planned(sqlite)
    back_up(str(sqlite.engine.url.database), tmp_path / "backup.db")
    with closing(sqlite3.connect(tmp_path / "backup.db")) as altered:
        (plan,) = altered.execute("SELECT plan FROM revisions").fetchone()
        altered.execute("UPDATE revisions SET plan = ?", (zlib.compress(zlib.decompress(plan) + b" "),))
        altered.commit()
    with pytest.raises(InputError, match="no whole database"):
        restore(tmp_path / "backup.db", str(tmp_path / "new.db"), is_to_replace=False)


def test_restore_of_no_file_says_so(tmp_path: Path) -> None:
    """A slip of the pen is no damage."""
    with pytest.raises(InputError, match="there is no such file"):
        restore(tmp_path / "typo.db", str(tmp_path / "new.db"), is_to_replace=False)


@pytest.mark.parametrize("content", [b"", b"PK no database", b"SQLite format 3\0" + b"\0" * 4080])
def test_restore_of_what_is_no_backup_is_refused(content: bytes, tmp_path: Path) -> None:
    """And no database is made."""
    (tmp_path / "backup.db").write_bytes(content)
    with pytest.raises(InputError, match="no whole database"):
        restore(tmp_path / "backup.db", str(tmp_path / "xunzhen.db"), is_to_replace=True)
    assert not (tmp_path / "xunzhen.db").exists()


def test_restore_of_another_program_or_a_newer_one_is_refused(sqlite: Database, tmp_path: Path) -> None:
    """A database without our tables, and one of a schema that is not known."""
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE counties (id TEXT)")
    other.commit()
    other.close()
    with pytest.raises(InputError, match="no whole database"):
        restore(tmp_path / "other.db", str(tmp_path / "new.db"), is_to_replace=True)
    back_up(str(sqlite.engine.url.database), tmp_path / "backup.db")
    newer = sqlite3.connect(tmp_path / "backup.db")
    newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.commit()
    newer.close()
    with pytest.raises(InputError, match="newer version"):
        restore(tmp_path / "backup.db", str(tmp_path / "new.db"), is_to_replace=True)


def test_postgresql_is_left_to_its_own_tools(tmp_path: Path) -> None:
    """The command is told, with the address and without the password."""
    url = "postgresql://office:secret@db.example/xunzhen"
    for deed, says in (
        (lambda: back_up(url, tmp_path / "a.dump"), "pg_dump --format=custom"),
        (lambda: restore(tmp_path / "a.dump", url, is_to_replace=True), "pg_restore --clean --if-exists"),
    ):
        with pytest.raises(InputError, match=says) as told:
            deed()
        assert "postgresql://office@db.example/xunzhen" in str(told.value)
        assert "secret" not in str(told.value)
