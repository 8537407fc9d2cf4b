"""Sentences that can be said in English or Chinese, chosen when they are shown.

The English template is the key; Chinese comes from the ``.po`` files in ``planner/locale``.
A sentence is kept as ``Text`` (template and values) until somebody reads it, so that one
report can be printed in either language.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("en", "zh")
LOCALE_FOLDER = Path(__file__).parent / "locale" / "zh_CN"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence: an English template with named places, and what stands in them.

    Values may themselves be ``Text`` or ``Both``; they are said in the same language.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return say(self, "en")


@dataclass(frozen=True, slots=True)
class Both:
    """Words that each language has of its own and no catalogue holds: a heading, an example."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en


def text(template: str, **values: object) -> Text:
    """Return a sentence to be said later; the extractor of translations looks for this name."""
    return Text(template, values)


def say(sentence: Text | Both | str, language: str) -> str:
    """Return the sentence in the language ("en" or "zh"); what has no translation stays English."""
    if isinstance(sentence, str):
        return sentence
    if isinstance(sentence, Both):
        return sentence.zh if language == "zh" else sentence.en
    template = _chinese().get(sentence.template, sentence.template) if language == "zh" else sentence.template
    values = {name: say(v, language) if isinstance(v, Text | Both) else v for name, v in sentence.values.items()}
    return template.format_map(values) if values else template


def fit_for_a_file(said: str) -> str:
    """Return text that every file of text can hold: one kind of line end; what no file may hold becomes "?"."""
    lines = said.replace("\r\n", "\n").replace("\r", "\n")
    return "".join("?" if _is_unfit(character) else character for character in lines)


def _is_unfit(character: str) -> bool:
    """Return whether calendars or XML forbid a character: control characters, lone surrogates, U+FFFE and U+FFFF."""
    return character not in "\n\t" and (unicodedata.category(character) in {"Cc", "Cs"} or character in "\ufffe\uffff")


@cache
def _chinese() -> dict[str, str]:
    """Return every translated sentence of every catalogue (one file per area of the code)."""
    found: dict[str, str] = {}
    for path in sorted(LOCALE_FOLDER.glob("*.po")):
        with path.open("rb") as file:
            found.update({str(m.id): str(m.string) for m in read_po(file, locale="zh_CN") if m.id and m.string})
    return found
