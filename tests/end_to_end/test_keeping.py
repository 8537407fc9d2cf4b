"""``xunzhen backup`` and ``restore`` as the person uses them who runs the server."""

from __future__ import annotations

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
