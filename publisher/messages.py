"""What people read: English source text with named values, put into their language when it is shown.

A message is made where the fault is found and translated where it is printed, so that no module
needs to know the reader's language and the English text can be searched for in the code.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DOMAIN = "kentongan"
CATALOGUES = Path(__file__).parent / "locale"
DEFAULT = "id"
LANGUAGES = ("id", "en")


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person: ``text`` is the English source, ``values`` fill its ``{names}``."""

    text: str
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return self.say("en")

    def say(self, lang: str) -> str:
        """The sentence in ``lang`` ("id" or "en"); a text without translation stays English."""
        return self.fill(translator(lang)(self.text), lang)

    def fill(self, text: str, lang: str) -> str:
        """``text`` with this message's values; values that are messages are said in ``lang`` too."""
        if not self.values:
            return text
        said = {k: v.say(lang) if isinstance(v, Message) else v for k, v in self.values}
        return text.format(**said)


def msg(text: str, /, **values: object) -> Message:
    """A Message; ``text`` must be a literal, since the catalogue is checked against the code."""
    return Message(text, tuple(sorted(values.items())))


@lru_cache(maxsize=8)
def catalogue(lang: str) -> gettext.NullTranslations:
    """The catalogue of ``lang``; English, the source, has none and gives the text back."""
    if lang == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, CATALOGUES, [lang], fallback=True)


def translator(lang: str) -> Callable[[str], str]:
    """The function that puts an English source text into ``lang``."""
    return catalogue(lang).gettext


def language(arguments: Sequence[str]) -> str:
    """The language before anything is read: --lang, the environment, else Indonesian."""
    for number, argument in enumerate(arguments):
        given = arguments[number + 1 : number + 2] if argument == "--lang" else [argument.removeprefix("--lang=")]
        if argument.startswith("--lang") and given and given[0] in LANGUAGES:
            return given[0]
    said = os.environ.get("KENTONGAN_LANG") or _in_env_file("KENTONGAN_LANG")
    return said if said in LANGUAGES else DEFAULT


def _in_env_file(name: str) -> str:
    """The variable in ``.env``, which settings.py reads too late for help and usage."""
    if not Path(".env").is_file():
        return ""
    from dotenv import dotenv_values

    try:
        return dotenv_values(".env", encoding="utf-8-sig").get(name) or ""
    except (OSError, ValueError):  # settings.py says what is wrong with it
        return ""
