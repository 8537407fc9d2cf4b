"""``xunzhen backup`` and ``restore`` as the person uses them who runs the server."""

from __future__ import annotations

import json
from pathlib import Path

from tests.end_to_end.small_county import xunzhen


def test_backup_brings_a_lost_database_back(tmp_path: Path) -> None:
    """The key that was made before is listed after the file was lost and restored."""
    place = ("--database", tmp_path / "xunzhen.db")
    xunzhen("key", "create", "--county", "sangzhi", "--role", "admin", *place, check=True)
    listed = xunzhen("key", "list", *place, check=True).stdout
    xunzhen("backup", tmp_path / "monday.db", *place, check=True)
    (tmp_path / "xunzhen.db").unlink()
    xunzhen("restore", tmp_path / "monday.db", *place, check=True)
    assert xunzhen("key", "list", *place, check=True).stdout == listed
    refused = xunzhen("restore", tmp_path / "monday.db", *place, "--lang", "zh")
    assert (refused.returncode, "数据库不是空的" in refused.stderr) == (4, True)
    assert xunzhen("restore", tmp_path / "monday.db", *place, "--replace").returncode == 0


def test_purge_wants_to_be_meant(tmp_path: Path) -> None:
    """Nothing happens without --yes, for a county that is not there, or for a day that is none; then it is gone."""
    place = ("--database", tmp_path / "xunzhen.db")
    xunzhen("key", "create", "--county", "sangzhi", "--role", "admin", *place, check=True)
    asked = xunzhen("purge", "--county", "sangzhi", *place)
    assert (asked.returncode, "Nothing was deleted" in asked.stderr) == (2, True)
    for odd, code in ((("--before", "31.2.2026"), 2), (("--plan", "x", "--dataset", "y"), 2), (("--plan", "x"), 4)):
        assert xunzhen("purge", "--county", "sangzhi", "--yes", *odd, *place).returncode == code
    assert xunzhen("purge", "--county", "nowhere", "--yes", *place).returncode == 4
    assert "sangzhi" in xunzhen("key", "list", *place).stdout
    done = xunzhen("purge", "--county", "sangzhi", "--yes", "--lang", "zh", *place, check=True)
    assert "1 个密钥" in done.stderr
    assert xunzhen("key", "list", *place).stdout == ""
    absent = xunzhen("purge", "--county", "sangzhi", "--yes", "--database", tmp_path / "typo.db")
    assert (absent.returncode, (tmp_path / "typo.db").exists()) == (4, False)


def test_doctor_says_in_code_and_json_whether_all_is_well(tmp_path: Path) -> None:
    """0 where there is no fault, 1 where the database is none; one JSON object either way."""
    well = xunzhen("doctor", "--json", "--watch", 0, "--database", tmp_path / "xunzhen.db")
    (tmp_path / "bad.db").write_bytes(b"no database" * 500)
    ill = xunzhen("doctor", "--json", "--watch", 0, "--database", tmp_path / "bad.db")
    assert (well.returncode, json.loads(well.stdout)["is_well"]) == (0, True)
    assert (ill.returncode, json.loads(ill.stdout)["is_well"]) == (1, False)
    page = xunzhen("doctor", "--lang", "zh", "--watch", 0, "--database", tmp_path / "bad.db").stdout
    assert "!!  database" in page
    assert len(page.splitlines()) < 24
