"""The house stands on floors: imports go down, never up and never sideways (docs/developer-guide.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = (
    {"publisher.errors", "publisher.messages"},
    {
        "publisher.http",
        "publisher.settings",
        "publisher._folder",
        "publisher.expiry",
        "publisher.mime",
        "publisher.months",
        "publisher.article",
        "publisher.post",
        "publisher.slugs",
        "publisher.text",
    },
    {"publisher.manifest", "publisher.subscribers"},  # channels take its records, so it stands below them
    {
        "publisher.build",
        "publisher.channels",
        "publisher.feeds",
        "publisher.cards",
        "publisher.pictures",
        "publisher.icon",
        "publisher.structured",
        "publisher.search",
        "publisher.lint",
        "publisher.ledger",
        "publisher.content",
        "publisher.target",
    },
    {
        "publisher.outreach",
        "publisher.proof",
        "publisher.deploy",
        "publisher.serve",
        "publisher.doctor",
        "publisher.preview",
        "publisher.audit",
    },
    {"plugins"},
    {"publisher.publish", "publisher.contact_sheet"},
    {"publisher.cli", "publisher.desk"},
    {"publisher.__main__"},
)
# What stands side by side and still may be used: article speaks in messages; nothing else so far.
SAME_FLOOR = {("publisher.errors", "publisher.messages")}
MODULES = sorted(p for folder in ("publisher", "plugins") for p in (ROOT / folder).rglob("*.py"))


def room(module: str) -> str | None:
    """The member of FLOORS that ``module`` belongs to."""
    for floor in FLOORS:
        for member in floor:
            if module == member or module.startswith(member + "."):
                return member
    return None


def level(member: str) -> int:
    return next(n for n, floor in enumerate(FLOORS) if member in floor)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{a.name}") for a in node.names)


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_down(path: Path) -> None:
    """A module imports only from floors below its own, or from its own room."""
    here = room(name_of(path))
    if here is None:
        assert name_of(path) == "publisher", f"{name_of(path)} has no floor: add it to FLOORS"
        return
    for line, module in imports(path):
        there = room(module)
        if there is None or there == here or (here, there) in SAME_FLOOR:
            continue
        assert level(there) < level(here), f"{path.relative_to(ROOT)}:{line} imports {module} from {there}"


def test_publisher_never_imports_pelican() -> None:
    """Only plugins know Pelican."""
    for path in (ROOT / "publisher").rglob("*.py"):
        for line, module in imports(path):
            assert module.split(".")[0] != "pelican", f"{path.relative_to(ROOT)}:{line}"
