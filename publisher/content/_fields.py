"""The fields of one file, each read as what it should be: a text, a list, a table, a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from publisher.article import Finding
from publisher.content._characters import JUNK, clean, cleaned, junk, lines_of, plain_spaces
from publisher.content._times import parse_time
from publisher.messages import Message, msg

_TAGS = frozenset(
    f"tag:yaml.org,2002:{t}"
    for t in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


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
        self.named: dict[str, bool] = {}  # files that the text names by their paths, and whether each can be used

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
        first = junk(value)
        if first:
            self.found.append(cleaned(first.group(), len(JUNK.findall(value)), self.path, self._at(node)))
            value = clean(value)
        return value

    def _at(self, node: Node) -> int:
        """The line of a value."""
        return int(node.start_mark.line) + self.first


def _is_null(node: ScalarNode) -> bool:
    return not node.style and node.tag.endswith(":null") and node.value in _NULL
