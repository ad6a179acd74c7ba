"""The quick way through Python-Markdown gives what the ordinary one gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown import Markdown

from publisher.build import markup, quick
from tests.conftest import FULL

PIECES = (
    *("Isi berita", " kata ", "\n", "\n\n", "  \n", "    ", " ", "é", "\x02klzzwxh:0\x03", "\x021\x03"),
    *(
        "`",
        "``",
        "```\n",
        "~~~\n",
        "\\",
        "\\*",
        "\\`",
        "&",
        "&amp;",
        "&#38;",
        "&bukan",
        "<",
        ">",
        "<b>",
        "</b>",
        "<!-- x -->",
    ),
    *(
        "<https://a.id>",
        "<a@b.id>",
        "<div markdown=1>",
        "</div>",
        "<br/>",
        "<?php x ?>",
        "<![CDATA[x]]>",
        "<mailto:a@b.id>",
    ),
    *(
        "*",
        "**",
        "***",
        "_",
        "__",
        "* ",
        "+ ",
        "- ",
        "1. ",
        "2. ",
        "# ",
        "## ",
        "#",
        "====\n",
        "----\n",
        "- - -\n",
        "***\n",
        "_  _  _\n",
    ),
    *(
        "[a](b)",
        "[a](b 'c')",
        "[a](<b c>)",
        "![a](b)",
        "![a]",
        "[a][b]",
        "[a]",
        "[b]: https://c.id 'd'\n",
        "![a][b]",
        "![",
        "][",
    ),
    *(
        "[^1]",
        "[^1]: catatan\n",
        "[",
        "]",
        "(",
        ")",
        "!",
        "]:",
        "]{",
        "*[AB]: Arti\n",
        "AB",
        ": arti\n",
        ":  arti\n",
        ":",
        "> ",
        ">",
    ),
    *(
        "{: .kelas }",
        "{#id}",
        "{lang=ar}",
        "[salam]{lang=ar}",
        "[x]{: lang='jv-Arab'}",
        "| a | b |\n| - | -: |\n| 1 | 2 |\n",
        "|",
        "\\|",
    ),
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=24).map("".join)
LINES = st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=8).map("\n".join)


@lru_cache(maxsize=1)
def both() -> tuple[Markdown, Markdown]:
    """The quick instance and the ordinary one."""
    fresh = markup._markdown.__wrapped__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick, "VERSION", "")
        ordinary = fresh("id")
    return fresh("id"), ordinary


def expressions(md: Markdown) -> Iterator[object]:
    """What was put into the place of regular expressions."""
    for name in quick.BLOCKS:
        processor = md.parser.blockprocessors[name]
        yield getattr(processor, "SEARCH_RE" if name == "hr" else "RE")


def test_another_version_takes_the_ordinary_path() -> None:
    """What is known holds for one version. The one that is locked is that one: else builds would be slower unseen."""
    swift, ordinary = both()
    assert isinstance(swift.treeprocessors["inline"], quick.QuickInline)
    assert all(isinstance(e, quick.QuickSearch) for e in expressions(swift))
    assert not isinstance(ordinary.treeprocessors["inline"], quick.QuickInline)
    assert all(isinstance(e, re.Pattern) for e in expressions(ordinary))


@settings(max_examples=2_000 if FULL else 300, deadline=None)
@given(text=TEXTS | LINES)
@example(text="a\n- - -\nb\n\n_ _ _\n")
@example(text="- a\n\n    - b `c` *d*\n\n> [e](f) ![g][h]\n\n[h]: i.png\n")
def test_both_ways_give_the_same(text: str) -> None:
    """Whatever the text, down to the last byte."""
    swift, ordinary = both()
    assert swift.reset().convert(text) == ordinary.reset().convert(text)
