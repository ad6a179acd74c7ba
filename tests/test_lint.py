"""Each rule by its good and bad examples; the fields' lines are those of LINES, the text begins on line 10."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher import lint
from publisher.article import Article, Picture, Status
from publisher.lint import _prose
from publisher.settings import House

FOLDER = Path(__file__).parent / "lint"
LINES = (("id", 2), ("title", 3), ("image", 6), ("summary", 7), ("body", 10))
DATE = datetime(2026, 11, 24, 9, 15, tzinfo=ZoneInfo("Asia/Jakarta"))


def article(**fields: object) -> Article:
    """An article with lines; ``fields`` as an example file writes them."""
    picture = fields.pop("picture", None)
    if isinstance(picture, dict):
        fields["picture"] = Picture(path="berita/2026/gambar.png", **picture)
    if "body" in fields:
        body = str(fields["body"]).lstrip("\n")
        fields["body"] = f"{body}\n" if body else ""
    known = {"title": "Judul", "slug": "judul", "body": "", **fields}
    services = fields.get("services")
    known["services"] = tuple(services) if isinstance(services, list) else ()
    known.setdefault("date", DATE)
    return Article(id="20261124-x7k2m", path="berita/2026/judul.md", lines=LINES, **known)  # type: ignore[arg-type]  # the examples name the fields


def examples(kind: str) -> list[object]:
    """All examples of one kind as (rule, example)."""
    found: list[object] = []
    for file in sorted(FOLDER.glob("*.toml")):
        for number, example in enumerate(tomllib.loads(file.read_text(encoding="utf-8"))[kind], 1):
            found.append(pytest.param(file.stem, example, id=f"{file.stem}-{number}"))
    return found


def test_every_rule_has_examples() -> None:
    """A rule is a file in publisher/lint and a file of the same name in tests/lint."""
    assert lint.names() == tuple(sorted(f.stem for f in FOLDER.glob("*.toml")))


@pytest.mark.parametrize(("rule", "example"), examples("good"))
def test_good(rule: str, example: dict[str, object]) -> None:
    """A good example is left in peace."""
    fields = {k: v for k, v in example.items() if k != "about"}
    assert list(lint.load(rule).check(article(**fields), House())) == []


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_bad(rule: str, example: dict[str, object]) -> None:
    """A bad example gets exactly the advice written beside it, on those lines."""
    fields = {k: v for k, v in example.items() if k not in ("about", "says", "lines")}
    found = list(lint.load(rule).check(article(**fields), House()))
    assert [str(f.message) for f in found] == example["says"]
    assert [f.line for f in found] == example["lines"]
    assert {(f.rule, f.level, f.path) for f in found} == {(rule, "advice", "berita/2026/judul.md")}


@pytest.mark.parametrize("rule", lint.names())
def test_names_its_source(rule: str) -> None:
    """A rule says in its docstring where it comes from."""
    assert "Source:" in (lint.load(rule).__doc__ or "")


def test_house_rules_count() -> None:
    """The numbers come from office.toml."""
    long = article(title="Satu dua tiga", body="Satu dua tiga empat lima enam.")
    house = House(title_words=2, sentence_words=5)
    assert len(list(lint.load("title_length").check(long, house))) == 1
    assert len(list(lint.load("long_sentences").check(long, house))) == 1


def test_run_leaves_withdrawn_articles_alone() -> None:
    """All rules read all articles but the withdrawn, and report in the order of files and lines."""
    long = article(title="a b c d e f g h i", body="Kerjasama di desa.")
    gone = article(title="a b c d e f g h i", status=Status.WITHDRAWN)
    found = lint.run((long, gone), House())
    assert [(f.rule, f.line) for f in found] == [
        ("title_length", 3),
        ("joined_prepositions", 10),
        ("lead", 10),
    ]


def test_unknown_rule() -> None:
    """A rule that does not exist is a KeyError, as in every folder of members."""
    with pytest.raises(KeyError):
        lint.load("nothing")


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("aA1 .\n#>*_-[]()!`~<>|:/(“”&;\"'—"), max_size=300) | st.text(max_size=100))
def test_rules_read_any_text(body: str) -> None:
    """No text stops a rule, and no line lies outside the file."""
    odd = article(title="T", body=body)
    for rule in lint.names():
        for finding in lint.load(rule).check(odd, House(title_words=1, sentence_words=5)):
            assert 0 <= finding.line <= 10 + odd.body.count("\n")


def test_plain_keeps_lines() -> None:
    """What is left of Markdown stands on the lines where it stood."""
    text = "satu\n```\nkode\n```\n<div\nclass='a'>\ndua ![x](y.png) [tiga](https://z.example) **empat**\n"
    assert _prose.plain(text).split("\n")[6].split() == ["dua", "tiga", "empat"]
