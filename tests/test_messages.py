"""Everything a person reads is in the catalogue, in good order and in Indonesian."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment

from publisher import channels
from publisher.messages import CATALOGUES, DOMAIN, LANGUAGES, Message, msg, translator

ROOT = Path(__file__).parent.parent
FOLDER = CATALOGUES / "id" / "LC_MESSAGES"
# What the library that reads the arguments says itself, through gettext (typer 0.29, core.py)
TYPER = {"Options", "Arguments", "Commands", "Aborted!", "required", "default: {default}", "(dynamic)", "Usage: "}


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def in_code(path: Path) -> Iterator[str]:
    """The source texts in a Python file: the first argument of msg(), help= and epilog= of the command
    line, and the docstrings and examples of its commands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    command_line = path.parent.name == "cli"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "msg":
                text = literal(node.args[0])
                assert text is not None, f"{path}:{node.lineno} msg() wants a literal"
                yield text
            elif command_line and name in ("Option", "Argument", "Typer"):
                yield from (t for k in node.keywords if k.arg == "help" and (t := literal(k.value)))
            elif command_line and name == "translated":
                yield from (t for a in node.args if (t := literal(a)))
        elif command_line and isinstance(node, ast.FunctionDef):
            calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
            if any(getattr(c.func, "id", "") == "command" for c in calls):
                yield (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
        elif command_line and isinstance(node, ast.Assign):
            names = [t.id for t in node.targets if isinstance(t, ast.Name)]
            if "EXIT_CODES" in names and (text := literal(node.value)):
                yield text


def in_templates() -> Iterator[str]:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    folders = (ROOT / "theme" / "templates", ROOT / "publisher")
    for path in sorted(p for folder in folders for p in folder.rglob("*.html")):
        for _line, function, text in environment.extract_translations(path.read_text(encoding="utf-8")):
            assert function in ("_", "gettext"), f"{path}: {function}"
            if text is not None:  # a name that a loop of literals gives
                yield str(text)


def wanted() -> set[str]:
    code = [p for folder in ("publisher", "plugins") for p in (ROOT / folder).rglob("*.py")]
    about = {line for _, line in channels.describe()}
    return {t for p in code for t in in_code(p)} | set(in_templates()) | about | TYPER


def catalogue() -> dict[str, str]:
    with (FOLDER / f"{DOMAIN}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


def test_every_text_is_translated() -> None:
    """Indonesian is complete: no text of code or theme is missing in the catalogue or empty there."""
    have = catalogue()
    assert sorted(t for t in wanted() if not have.get(t)) == []


def test_nothing_obsolete() -> None:
    """A text that nobody says any more leaves the catalogue."""
    assert sorted(set(catalogue()) - wanted()) == []


def test_fields_agree() -> None:
    """A translation has the same {fields} as its source."""
    for source, said in catalogue().items():
        assert sorted(re.findall(r"{(\w*)}", source)) == sorted(re.findall(r"{(\w*)}", said)), source


def test_compiled_catalogue_is_fresh() -> None:
    """The compiled catalogue is what `make messages` makes of the text one."""
    with (FOLDER / f"{DOMAIN}.po").open("rb") as file:
        parsed = read_po(file)
    made = io.BytesIO()
    write_mo(made, parsed)
    assert (FOLDER / f"{DOMAIN}.mo").read_bytes() == made.getvalue()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nested_messages_are_said_in_one_language(lang: str) -> None:
    """A value that is a message itself is said in the language of the whole."""
    inner = msg("The file is not UTF-8; save it as UTF-8.")
    assert Message("{what}", (("what", inner),)).say(lang) == translator(lang)(inner.text)
