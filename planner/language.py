"""Sentences that can be said in English, Chinese or any language with a catalogue, chosen when they are shown.

The English template is the key; Chinese comes from the ``.po`` files in ``planner/locale/zh_CN``. A further language is
a further folder of such files there, or in the folder that the variable ``XUNZHEN_LOCALES`` names: no code.
A sentence is kept as ``Text`` (template and values) until somebody reads it, so that one
report can be printed in either language.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter

from babel.core import Locale, UnknownLocaleError
from babel.messages.pofile import PoFileError, read_po

SHIPPED = ("en", "zh")  # complete in every release: what is stored for others is kept in these
ENGLISH = "en_GB"
LOCALE_FOLDER = Path(__file__).parent / "locale"
MORE_LOCALES = "XUNZHEN_LOCALES"  # names a folder of further languages: fr/*.po, bo_CN/*.po ...


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
    """Return the sentence in the language ("en", "zh" ..); what has no translation stays English."""
    if isinstance(sentence, str):
        return sentence
    if isinstance(sentence, Both):
        return sentence.zh if language == "zh" else sentence.en
    template = catalogue(language).get(sentence.template, sentence.template)
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
def locales() -> Mapping[str, str]:
    """Return the locale (as in the CLDR) of each language: ``{"en": "en_GB", "zh": "zh_CN"}`` and what is added."""
    files = [path for folder in _folders() for path in sorted(folder.glob("*/*.po"))]
    found = {"en": ENGLISH}
    for name in dict.fromkeys(path.parent.name for path in files if _is_locale(path.parent.name)):
        short = name.split("_")[0].lower()  # "zh" is the first of its kind; a second one goes by its whole name
        found[name.lower() if short in found and found[short] != name else short] = name
    return found


def _is_locale(name: str) -> bool:
    try:
        Locale.parse(name)
    except (ValueError, UnknownLocaleError):
        return False
    return True


def _values(template: str) -> set[tuple[str, str, str]] | None:
    """Return the values that a sentence names, with how each is to be written; None for what is no sentence."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        return None
    return {(name, form or "", conversion or "") for _, name, form, conversion in parts if name is not None}


def _folders() -> list[Path]:
    more = os.environ.get(MORE_LOCALES, "")
    return [LOCALE_FOLDER, *([Path(more)] if more else [])]


def system_language() -> str:
    """Return the language of the system where we speak it, else English."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    language = re.split("[^a-z]", spoken.lower())[0]
    return language if language in locales() else "en"


def locale_of(language: str) -> Locale:
    """Return the locale in which dates of the language are written; British English for one that is not known."""
    return _parsed(locales().get(language, ENGLISH))


@cache
def _parsed(name: str) -> Locale:
    """Return the locale: to look its name up again for every date took a tenth of the time of a county's sheets."""
    return Locale.parse(name)


def tag_of(language: str) -> str:
    """Return the language as HTML names it."""
    return language if language == "en" else locales().get(language, ENGLISH).replace("_", "-")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return every translated sentence of a language (one file per area of the code), by its English; none for English.

    A translation that does not name the values of its English, written in the same way, is left out: it would lose the
    place of a fault. So is a file that cannot be read.
    """
    found: dict[str, str] = {}
    for path in [p for folder in _folders() for p in sorted((folder / locales().get(language, "none")).glob("*.po"))]:
        found.update((english, said) for english, said in _messages(path) if _values(english) == _values(said))
    return found


def _messages(path: Path) -> list[tuple[str, str]]:
    """Return the translated sentences of a file; none of one that cannot be read, which speaks for nobody."""
    try:
        with path.open("rb") as file:
            return [(str(m.id), str(m.string)) for m in read_po(file, ignore_obsolete=True) if m.id and m.string]
    except (OSError, LookupError, ValueError, PoFileError):
        return []
