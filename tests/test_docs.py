"""Documents that cannot go stale: docs/channels.md knows every channel there is a file for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from publisher import _folder, channels
from publisher.settings import variable

PAGE = Path(__file__).parent.parent / "docs" / "channels.md"
NAMES = _folder.names(channels)
# How to get the credentials, what it costs, how sure it is, what is seen when it fails.
PARTS = ("**Menyiapkan", "**Biaya", "**Janji", "**Bila gagal")


def sections() -> dict[str, str]:
    _, *parts = re.split(r"^## (\S+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_page_has_a_section_for_each_network_and_for_no_other() -> None:
    """Whoever adds a channel says how to set it up; whoever takes one away takes its section along."""
    assert sorted(sections()) == sorted(NAMES)


@pytest.mark.parametrize("network", NAMES)
def test_a_section_answers_the_four_questions(network: str) -> None:
    """How to get the credentials, what it costs, what is promised, what an editor sees when it fails."""
    section = sections()[network]
    assert [p for p in PARTS if p not in section] == []


@pytest.mark.parametrize("network", NAMES)
def test_a_section_names_every_secret_and_setting(network: str) -> None:
    """What must be put into .env and what may be put into office.toml stands there, by its name."""
    module, section = _folder.load(channels, network), sections()[network]
    wanted = [variable(network, s) for s in module.SECRETS]
    wanted += [k for k in module.Options.model_fields if k != "server"]
    assert [name for name in wanted if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", section)] == []
