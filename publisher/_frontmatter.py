"""A content file taken apart: YAML fields that know their lines, and the text below them.

Plumbing of content.py. Nothing here raises on bad input: what is wrong becomes a Finding.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from zoneinfo import ZoneInfo

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from publisher.article import Finding
from publisher.messages import Message, msg

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML built without libyaml: slower, the same nodes
    from yaml import SafeLoader as Loader  # type: ignore[assignment]  # both offer what yaml.compose needs

_TAGS = frozenset(
    f"tag:yaml.org,2002:{t}"
    for t in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})

# libyaml's nodes are composed by recursion in C, where too deep a file ends the process
# (100,000 brackets do, measured); every level needs one of these characters or a line of its own.
_OPENING = "[{-?"
_OPENINGS = 2_000
_LARGEST = 100_000

# Spaces and line ends that YAML, XML or splitlines() would take for the end of a line.
_BREAKS = "\x0b\x0c\x1c\x1d\x1e\u2028\u2029"
# What no XML or HTML may hold (controls, surrogates, noncharacters), and what a word processor leaves
# unseen: soft hyphen, zero-width space, marks that turn the direction of writing, lost pictures.
_UNSEEN = "\u00ad\u200b\u202a-\u202e\u2060\ufeff\ufff9-\ufffc"
_NONCHARACTERS = "".join(f"{chr(p + 0xFFFE)}{chr(p + 0xFFFF)}" for p in range(0, 0x110000, 0x10000))
_JUNK = re.compile(
    rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef{_UNSEEN}{_NONCHARACTERS}]"
)
_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]{1,6})|0*([0-9]{1,7}));?")
_NBSP = re.compile(r"(?<=\d)\u00a0(?=\d)|[ \t]*\u00a0[ \u00a0\t]*")

_ZONES = MappingProxyType({"WIB": 7, "WITA": 8, "WIT": 9, "Z": 0})
_WHEN = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt]|\s+)(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*(?:(WIB|WITA|WIT|Z)|([+-])(\d{1,2})(?::?(\d{2}))?)?)?",
    re.ASCII | re.IGNORECASE,
)
_YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Parts:
    """A file taken apart: the YAML ``block``, the ``body`` below it and the first line of each."""

    block: str
    body: str
    block_line: int
    body_line: int


def decode(raw: bytes, path: str) -> tuple[str | None, list[Finding]]:
    """The file's text with "\\n" at the ends of lines and without unseen characters; None with an
    error when it is not UTF-8."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, [Finding("encoding", "error", msg("The file is saved as UTF-16; save it as UTF-8."), path)]
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode()
    except UnicodeDecodeError as fault:
        line = lines_of(raw[: fault.start].decode()).count("\n") + 1
        return None, [
            Finding(
                "encoding",
                "error",
                msg(
                    "The character here (byte {byte}) is not UTF-8; open the file, choose “Save as” and save it as "
                    "UTF-8.",
                    byte=f"0x{raw[fault.start]:02X}",
                ),
                path,
                line,
            )
        ]
    return tidy(lines_of(text), path)


def lines_of(text: str) -> str:
    """``text`` with "\\n" at the ends of lines, as the three kinds of computers write them."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def tidy(text: str, path: str) -> tuple[str, list[Finding]]:
    """``text`` without characters that no page or feed may carry, and an advice that says so."""
    found: list[Finding] = []
    # the few different characters of a text are searched five times as fast as the text
    first = _JUNK.search(text) if _JUNK.search("".join(set(text))) else None
    if first:
        count = len(_JUNK.findall(text))
        found.append(_cleaned(first.group(), count, path, text.count("\n", 0, first.start()) + 1))
        text = clean(text)
    if "\ufffd" in text:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        found.append(
            Finding(
                "characters",
                "advice",
                msg("A character was lost here and is shown as “\ufffd”; write it again."),
                path,
                line,
            )
        )
    return text, found


def _cleaned(character: str, count: int, path: str, line: int) -> Finding:
    """The advice that ``count`` unseen characters were taken out, ``character`` the first of them."""
    return Finding(
        "characters",
        "advice",
        msg(
            "There are unseen characters from a word processor (first: {code}; together: {count}); they were taken "
            "out. Delete and retype the word here.",
            code=f"U+{ord(character):04X}",
            count=count,
        ),
        path,
        line,
    )


def clean(text: str) -> str:
    """``text`` without the characters that no page or feed may carry; see tidy."""
    return _JUNK.sub(_instead, text)


def _instead(match: re.Match[str]) -> str:
    """What stands instead of an unwanted character: Windows' quotes and dashes, read with the wrong
    table, come back as what they were."""
    char = match.group()
    if char in _BREAKS:
        return " "
    if "\x80" <= char <= "\x9f":
        return bytes([ord(char)]).decode("cp1252", "ignore")
    return ""


def plain_spaces(text: str) -> str:
    """``text`` with spaces for the no-break spaces of a word processor; one between figures stays."""
    if "\u00a0" not in text:
        return text
    return _NBSP.sub(lambda m: m.group() if m.group() == "\u00a0" and _between_digits(m) else " ", text)


def _between_digits(match: re.Match[str]) -> bool:
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return before.isdigit() and after.isdigit()


def without_references(text: str) -> tuple[str, int]:
    """``text`` without numeric references (``&#7;``) to characters that it may not hold as such, and
    where the first one stood, -1 when there was none."""
    first = -1

    def instead(match: re.Match[str]) -> str:
        nonlocal first
        code = int(match[1], 16) if match[1] else int(match[2])
        if code < 0x110000 and not _JUNK.match(chr(code)):
            return match.group()
        first = match.start() if first < 0 else first
        return clean(chr(code)) if code < 0x110000 else ""

    return (_REFERENCE.sub(instead, text) if "&#" in text else text), first


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


class Fields:
    """The fields of one file. Each getter gives the field's value, or its empty value and a finding."""

    def __init__(
        self, path: str, nodes: Mapping[str, Node], lines: Mapping[str, int], first: int, found: list[Finding]
    ) -> None:
        self.path = path
        self.first = first
        self.nodes = nodes
        self.lines = lines
        self.found = found

    @property
    def failed(self) -> bool:
        """Whether an error was found, so that the file must be left out."""
        return any(f.level == "error" for f in self.found)

    def error(self, rule: str, key: str, message: Message, line: int = 0) -> None:
        """Adds an error at ``line``, or at the line of ``key``."""
        self.found.append(Finding(rule, "error", message, self.path, line or self.lines.get(key, 0)))

    def advice(self, rule: str, key: str, message: Message, line: int = 0) -> None:
        """Adds an advice at ``line``, or at the line of ``key``."""
        self.found.append(Finding(rule, "advice", message, self.path, line or self.lines.get(key, 0)))

    def given(self, key: str) -> bool:
        """Whether the field is there and not empty."""
        node = self.nodes.get(key)
        return node is not None and not (isinstance(node, ScalarNode) and _is_null(node))

    def text(self, key: str) -> str:
        """One line of text, as written: no YAML type changes "0812" or "yes"."""
        node = self.nodes.get(key)
        return "" if node is None else " ".join(self._scalar(key, node).split())

    def lines_text(self, key: str, node: Node | None = None) -> str:
        """Text that keeps its line ends."""
        node = node or self.nodes.get(key)
        if node is None:
            return ""
        return "\n".join(line.rstrip() for line in plain_spaces(self._scalar(key, node)).split("\n")).strip()

    def texts(self, key: str, *, commas: bool = False) -> tuple[str, ...]:
        """A list of texts, each once; a single text is a list of one, or is split at commas when ``commas``."""
        node = self.nodes.get(key)
        parts = self.items(key)
        if commas and parts and not isinstance(node, SequenceNode):
            parts = tuple(" ".join(p.split()) for p in parts[0].split(","))
        return tuple(dict.fromkeys(p for p in parts if p))

    def items(self, key: str) -> tuple[str, ...]:
        """A list of texts as it stands; a single text is a list of one."""
        node = self.nodes.get(key)
        if node is None or not self.given(key):
            return ()
        nodes = node.value if isinstance(node, SequenceNode) else [node]
        return tuple(" ".join(self._scalar(key, n).split()) for n in nodes)

    def table(self, key: str, node: Node | None = None) -> dict[str, Node]:
        """A field of "name: value" pairs, by name."""
        node = node or self.nodes.get(key)
        if node is None or (isinstance(node, ScalarNode) and _is_null(node)):
            return {}
        if not isinstance(node, MappingNode):
            self.error(
                "type",
                key,
                msg("The field “{field}” must hold lines “name: value”, indented below it.", field=key),
                self._at(node),
            )
            return {}
        pairs: dict[str, Node] = {}
        for name, value in node.value:
            said = str(name.value).strip() if isinstance(name, ScalarNode) else ""
            if said in pairs or not said:
                self.error(
                    "twice",
                    key,
                    msg("“{name}” is written twice in “{field}”; keep one.", name=said, field=key),
                    self._at(name),
                )
            pairs[said] = value
        return pairs

    def tables(self, key: str) -> list[dict[str, Node]]:
        """A list of tables; a single table is a list of one."""
        node = self.nodes.get(key)
        if isinstance(node, SequenceNode):
            return [self.table(key, n) for n in node.value]
        found = self.table(key)
        return [found] if found else []

    def inner(self, key: str, table: Mapping[str, Node], name: str) -> str:
        """One line of text out of a table of the field ``key``."""
        node = table.get(name)
        return "" if node is None else " ".join(self._scalar(key, node).split())

    def when(self, key: str, zone: ZoneInfo) -> datetime | None:
        """A time; without a zone it is in ``zone``, without an hour it is the day's beginning."""
        text = self.text(key)
        return self.as_time(key, text, zone) if text else None

    def as_time(self, key: str, text: str, zone: ZoneInfo) -> datetime | None:
        """``text`` as a time, None with an error when it is none."""
        found = parse_time(text, zone)
        if found is None:
            self.error(
                "date",
                key,
                msg("“{text}” in “{field}” is no date; write it like 2026-11-24 09:15.", text=text, field=key),
            )
        return found

    def _scalar(self, key: str, node: Node) -> str:
        """The text of a value, cleaned again: quoted YAML may spell any character out."""
        if not isinstance(node, ScalarNode):
            self.error(
                "type",
                key,
                msg("The field “{field}” takes a text here, not a list or a group of fields.", field=key),
                self._at(node),
            )
            return ""
        if node.tag not in _TAGS:
            self.error(
                "type",
                key,
                msg("The text of “{field}” begins with “!”; put it in quotation marks.", field=key),
                self._at(node),
            )
            return ""
        if _is_null(node):
            return ""
        value = lines_of(node.value)
        first = _JUNK.search(value)
        if first:
            self.found.append(_cleaned(first.group(), len(_JUNK.findall(value)), self.path, self._at(node)))
            value = clean(value)
        return value

    def _at(self, node: Node) -> int:
        """The line of a value."""
        return int(node.start_mark.line) + self.first


def _is_null(node: ScalarNode) -> bool:
    return not node.style and node.tag.endswith(":null") and node.value in _NULL


def parse_time(text: str, zone: ZoneInfo) -> datetime | None:
    """``text`` as a time in ``zone``, None when it is none."""
    match = _WHEN.fullmatch(text)
    if not match or int(match[1]) not in _YEARS:
        return None
    year, month, day, hour, minute, second = (int(g or 0) for g in match.groups()[:6])
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(match) or zone).astimezone(zone)
    except ValueError:
        return None


def _zone(match: re.Match[str]) -> timezone | None:
    """The zone that a time names; None when it names none."""
    name, sign, hours, minutes = match.groups()[6:]
    if name:
        return timezone(timedelta(hours=_ZONES[name.upper()]))
    if not sign:
        return None
    away = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-away if sign == "-" else away)
