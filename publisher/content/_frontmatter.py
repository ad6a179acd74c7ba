"""A content file taken apart: YAML fields that know their lines, and the text below them.

Nothing here raises on bad input: what is wrong becomes a Finding.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from publisher.article import Finding
from publisher.content._fields import Fields
from publisher.messages import Message, msg

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML built without libyaml: slower, the same nodes
    from yaml import SafeLoader as Loader  # type: ignore[assignment]  # both offer what yaml.compose needs
# libyaml's nodes are composed by recursion in C, where too deep a file ends the process
# (100,000 brackets do, measured); every level needs one of these characters or a line of its own.
_OPENING = "[{-?"
_OPENINGS = 2_000
_LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class Parts:
    """A file taken apart: the YAML ``block``, the ``body`` below it and the first line of each."""

    block: str
    body: str
    block_line: int
    body_line: int


def split(text: str, path: str) -> tuple[Parts | None, list[Finding]]:
    """The file's two parts; None with an error when it has no front matter."""
    lines = text.split("\n")
    start = next((i for i, line in enumerate(lines) if line.strip()), None)
    if start is None:
        return None, [
            Finding("front_matter", "error", msg("The file is empty; write the article or delete the file."), path)
        ]
    if lines[start].rstrip() != "---":
        return None, [
            Finding(
                "front_matter",
                "error",
                msg(
                    "The front matter is missing: the file must begin with a line “---”, the fields, and another “---”."
                ),
                path,
                start + 1,
            )
        ]
    end = next((i for i in range(start + 1, len(lines)) if lines[i].rstrip() in ("---", "...")), None)
    if end is None:
        return None, [
            Finding(
                "front_matter",
                "error",
                msg("The front matter is not closed: write a line “---” below the last field."),
                path,
                start + 1,
            )
        ]
    block = "\n".join(lines[start + 1 : end]) + "\n"
    first = next((i for i in range(end + 1, len(lines)) if lines[i].strip()), end)
    body = "\n".join(lines[max(first, end + 1) :]).rstrip()
    return Parts(block, body + "\n" if body else "", start + 2, first + 1), []


def fields(parts: Parts, path: str, known: Iterable[str]) -> tuple[Fields | None, list[Finding]]:
    """The fields of the front matter; None with errors when they cannot be told apart."""
    names = tuple(known)
    root, found = _compose(parts, path)
    if root is None:
        return None, found
    nodes: dict[str, Node] = {}
    lines: dict[str, int] = {}
    for key, value in root.value:
        line = key.start_mark.line + parts.block_line
        name = str(key.value).strip().lower() if isinstance(key, ScalarNode) else ""
        if name in nodes:
            found.append(
                Finding(
                    "twice",
                    "error",
                    msg(
                        "The field “{field}” is written twice (line {line} has it already); keep one.",
                        field=name,
                        line=lines[name],
                    ),
                    path,
                    line,
                )
            )
        elif name not in names:
            found.append(Finding("unknown_field", "advice", _unknown(name, names), path, line))
        else:
            nodes[name] = value
            lines[name] = line
    return Fields(path, nodes, lines, parts.block_line, found), found


def _compose(parts: Parts, path: str) -> tuple[MappingNode | None, list[Finding]]:
    if len(parts.block) > _LARGEST or sum(map(parts.block.count, _OPENING)) > _OPENINGS:
        return None, [
            Finding(
                "yaml",
                "error",
                msg("The front matter is too long; the article's text belongs below the second “---”."),
                path,
                parts.block_line - 1,
            )
        ]
    try:
        root = yaml.compose(parts.block, Loader=Loader)
    except yaml.YAMLError as fault:
        line = _line(fault)
        return None, [Finding("yaml", "error", _hint(parts.block, line), path, line + parts.block_line)]
    if root is None:
        root = MappingNode("tag:yaml.org,2002:map", [])
    if not isinstance(root, MappingNode):
        return None, [
            Finding(
                "yaml",
                "error",
                msg("The front matter holds no fields; write each as “name: value” on a line of its own."),
                path,
                parts.block_line,
            )
        ]
    return root, []


def _line(fault: yaml.YAMLError) -> int:
    """The line of the fault, from 0. A scanner's context is where the unfinished thing began; a
    parser's is where the whole block began."""
    mark = None
    if isinstance(fault, yaml.scanner.ScannerError):
        mark = fault.context_mark
    if mark is None and isinstance(fault, yaml.MarkedYAMLError):
        mark = fault.problem_mark or fault.context_mark
    return int(mark.line) if mark else 0


def _hint(block: str, line: int) -> Message:
    """What to do about a line that YAML cannot read."""
    lines = block.split("\n")
    text = lines[line] if line < len(lines) else ""
    if "\t" in text[: len(text) - len(text.lstrip())]:
        return msg("This line begins with a tab; indent with spaces.")
    value = text.partition(":")[2].strip()
    if ": " in value or value.endswith(":") or value[:1] in tuple("@`%&*!|>[]{}\"'"):
        return msg('This line cannot be read: put the text after the first colon in quotation marks ("…").')
    return msg(
        "This line or the one above cannot be read: each field is “name: value” without spaces before it, and a text "
        "with a colon stands in quotation marks."
    )


# Words an Indonesian editor may write for a field's name.
_WORDS = MappingProxyType(
    {
        "judul": "title",
        "tanggal": "date",
        "diperbarui": "modified",
        "kategori": "category",
        "label": "tags",
        "penulis": "authors",
        "author": "authors",
        "penyunting": "editor",
        "fotografer": "photographer",
        "tempat": "place",
        "ringkasan": "summary",
        "gambar": "image",
        "foto": "image",
        "lampiran": "attachments",
        "layanan": "services",
        "sumber": "source",
        "koreksi": "correction",
        "kanal": "channels",
        "bahasa": "lang",
        "nama": "name",
        "biaya": "cost",
        "syarat": "requirements",
        "jam": "hours",
        "tautan": "link",
        "pengaduan": "complaint",
    }
)


def _unknown(name: str, known: tuple[str, ...]) -> Message:
    word = _WORDS.get(name, "")
    near = [word] if word in known else difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return msg("There is no field “{field}”; did you mean “{near}”? It was ignored.", field=name, near=near[0])
    return msg("There is no field “{field}”; it was ignored.", field=name)
