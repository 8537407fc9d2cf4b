"""A third language is a folder of catalogues: no code, and what it does not translate stays English."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.end_to_end.drawn_plan import open_napkin, plan_by_hand, write_plan
from tests.end_to_end.small_county import ROOT, tables, write_county

FRENCH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Arrive"
msgstr "Arrivée"

msgid "Week {number} of {year}: {first} to {last}"
msgstr "Semaine {number} de {year} : du {first} au {last}"

msgid "Checked: {count} hard rule violations."
msgstr "Vérifié, sans dire combien"

msgid "Language of messages and pages."
msgstr "Langue des messages et des pages."
"""


def speak(folder: Path, *arguments: object, lang: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line with the further languages of a folder, on a system that speaks ``lang``."""
    environment = {**os.environ, "XUNZHEN_LOCALES": str(folder), "LC_ALL": lang, "PYTHONUTF8": "1", "COLUMNS": "200"}
    command = [sys.executable, "-m", "xunzhen", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300
    )


def french(folder: Path) -> Path:
    """Write a few French sentences, and a folder that is no language; return the folder of both."""
    for name in ("fr", "klingon-of-the-north"):
        (folder / name).mkdir(parents=True)
        (folder / name / "paper.po").write_text(FRENCH, encoding="utf-8")
    return folder


def test_pages_speak_a_language_that_was_put_beside(tmp_path: Path) -> None:
    """French words and French days; a sentence without translation, or with a wrong one, is English; files are read."""
    source = write_county(tmp_path / "county", tables())
    county = open_napkin(source)
    plan = write_plan(tmp_path / "plan.json", plan_by_hand(county))
    done = speak(french(tmp_path / "more"), "pages", source, plan, "-o", tmp_path / "out", "--lang", "fr")
    assert done.returncode in {0, 3, 5}, done.stderr
    sheet = sorted((tmp_path / "out" / "crew").glob("*.html"))[0].read_text("utf-8")
    assert '<html lang="fr">' in sheet
    assert "<th>Arrivée</th>" in sheet
    assert "Semaine 10 de 2026 : du 2 mars au 8 mars" in sheet
    assert "lun. 2 mars" in sheet
    assert "<th>Village</th>" in sheet
    assert "Vérifié" not in (tmp_path / "out" / "index.html").read_text("utf-8")
    assert json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["format"] == "xunzhen-report"
    assert "<html" in sorted((tmp_path / "out" / "notices").glob("*.html"))[0].read_text("utf-8")


def test_language_of_the_system_is_spoken_where_it_is_known(tmp_path: Path) -> None:
    """On a French system the help is French where it was translated; on a Klingon or an unset one it is English."""
    folder = french(tmp_path / "more")
    assert "Langue des messages" in speak(folder, "plan", "--help", lang="fr_FR.UTF-8").stdout
    for lang in ("tlh_AA.UTF-8", ""):
        assert "Language of messages" in speak(folder, "plan", "--help", lang=lang).stdout
    refused = speak(folder, "plan", "--lang", "klingon-of-the-north", tmp_path)
    assert refused.returncode == 2
    assert "fr" in refused.stderr
