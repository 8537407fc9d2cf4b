"""``xunzhen key`` as the person uses it who runs the server."""

from __future__ import annotations

from pathlib import Path

from planner.store import open_store
from planner.store.keys import holder_of
from tests.end_to_end.small_county import xunzhen


def test_key_is_shown_once_listed_without_its_secret_and_revoked(tmp_path: Path) -> None:
    """The secret stands alone on standard output; after it is revoked it opens nothing."""
    place = ("--database", tmp_path / "xunzhen.db")
    secret = xunzhen("key", "create", "--county", "sangzhi", "--role", "scheduler", *place, check=True).stdout.strip()
    database = open_store(str(tmp_path / "xunzhen.db"))
    holder = holder_of(database, secret)
    assert holder is not None
    assert (holder.county_id, holder.role) == ("sangzhi", "scheduler")
    listed = xunzhen("key", "list", *place, check=True).stdout
    assert listed.startswith(f"{holder.id}  sangzhi  scheduler  20")
    assert secret not in listed
    assert xunzhen("key", "revoke", holder.id, *place).returncode == 0
    assert holder_of(database, secret) is None
    database.close()
    assert xunzhen("key", "list", *place, check=True).stdout == f"{holder.id}  sangzhi  scheduler  revoked\n"


def test_slips_are_told_in_one_sentence(tmp_path: Path) -> None:
    """A county with an odd name and a key that is not there end with code 4, an odd address too."""
    place = ("--database", tmp_path / "xunzhen.db")
    odd = xunzhen("key", "create", "--county", "桑植", "--role", "admin", *place)
    assert (odd.returncode, "A county is named by" in odd.stderr) == (4, True)
    assert "There is no such key." in xunzhen("key", "revoke", "nobody", *place).stderr
    for command in (("key", "list"), ("key", "revoke", "x")):
        assert "There is no database" in xunzhen(*command, "--database", tmp_path / "typo.db").stderr
        assert "--database" in xunzhen(*command, "--database", "").stderr
    assert not (tmp_path / "typo.db").exists()
    assert "no address of a database" in xunzhen("key", "list", "--database", "mysql://x/y").stderr
