"""The walls of the house: what imports what, the public names, and that every sentence has its Chinese."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import planner
from planner.language import LOCALE_FOLDER, catalogue, say, text

ROOT = Path(__file__).parents[1]
PACKAGES = ("planner", "maps")


def python_files() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_imports_go_down_the_list() -> None:
    """The contracts of pyproject.toml hold (the same check as ``make test``, so that plain pytest sees it too)."""
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_light_core_loads_no_heavy_package() -> None:
    """``import planner`` stays quick: no solver, tables, graphs, maps or web code behind it."""
    heavy = (
        "{'ortools', 'pandas', 'geopandas', 'networkx', 'folium', 'jinja2', 'scipy', 'shapely', 'typer', 'rich', "
        "'sqlalchemy', 'fastapi'}"
    )
    script = f"import sys, planner; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_are_few_and_exist() -> None:
    """At most 25 names, sorted, each one real."""
    assert len(planner.__all__) <= 25
    assert list(planner.__all__) == sorted(planner.__all__)
    assert all(hasattr(planner, name) for name in planner.__all__)


def test_no_file_is_longer_than_500_lines() -> None:
    """A file that long has two rooms in it."""
    long = {str(p.relative_to(ROOT)): n for p in python_files() if (n := p.read_text("utf-8").count("\n")) > 500}
    assert not long


def templates_in(path: Path) -> Iterator[str]:
    """Yield the first argument of every ``text("...")`` call in a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text"
        if is_call and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def test_every_sentence_has_its_chinese() -> None:
    """What a scheduler reads in English can be read in Chinese, with the same values in it."""
    missing = {t for path in python_files() for t in templates_in(path) if t not in catalogue("zh")}
    assert not missing


def test_chinese_sentences_use_the_same_values() -> None:
    """A translation that forgets ``{row}`` would lose the place of a fault."""
    import string

    def names(template: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name}

    differing = {english for english, chinese in catalogue("zh").items() if names(english) != names(chinese)}
    assert not differing


def test_chinese_has_one_word_for_a_visit_and_one_for_an_owed_one() -> None:
    """巡诊 and 欠访 everywhere: a second word would be taken for a second thing."""
    others = ("走访", "未排入", "未安排", "未服务")
    said = [*catalogue("zh").values(), (ROOT / "README.zh-CN.md").read_text("utf-8")]
    assert [sentence for sentence in said if any(word in sentence for word in others)] == []


def test_catalogues_do_not_contradict_each_other() -> None:
    """A sentence translated in two catalogues is translated the same way."""
    from babel.messages.pofile import read_po

    seen: dict[str, str] = {}
    for path in sorted((LOCALE_FOLDER / "zh_CN").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, abort_invalid=True):
                if message.id:
                    assert seen.setdefault(str(message.id), str(message.string)) == str(message.string), path.name


def test_sentence_is_said_in_the_language_asked() -> None:
    """The same sentence, kept once, is read in either language."""
    sentence = text("row {row}", row=14)
    assert (say(sentence, "en"), say(sentence, "zh")) == ("row 14", "第 14 行")


def test_every_test_states_its_fact() -> None:
    """A test without a docstring is a puzzle to whoever breaks it."""
    mute = {
        f"{path.name}:{node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    }
    assert not mute


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_links_of_a_document_lead_somewhere(name: str) -> None:
    """Every picture shown and every file named by a link is there."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / name).read_text("utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_both_readmes_show_the_same_pictures_commands_and_files() -> None:
    """What one language promises the other promises too."""
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
    for pattern in (r"docs/pictures/[\w.-]+", r"\.venv/bin/xunzhen \w+", r"`[\w/*.]+\.(?:html|xlsx|json)`"):
        assert set(re.findall(pattern, english)) == set(re.findall(pattern, chinese))


def test_stranger_of_the_same_name_is_named_in_one_sentence(tmp_path: Path) -> None:
    """Another package called ``maps`` comes first on the path: one sentence says so, and where it is."""
    stranger = tmp_path / "maps" / "__init__.py"
    stranger.parent.mkdir()
    stranger.write_text("")
    script = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import xunzhen; xunzhen.run()"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f'finds another package instead of its own: "maps" ({stranger.resolve()})' in done.stderr
