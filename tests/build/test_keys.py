"""What a page is made of: a key that changes with all that a template may read, and with nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment, nodes

from publisher.build.keys import Marks, Reading, Unfollowed, said
from publisher.build.state import State

TEMPLATES = {
    "base.html": "{% from '_parts.html' import box with context %}{{ site.title }}{% block main %}{% endblock %}",
    "page.html": "{% extends 'base.html' %}{% set x = page.title %}{% block main %}{{ box(x) }}{% endblock %}",
    "_parts.html": "{% macro box(text) %}{{ office.name }}{{ text }}{% endmacro %}",
    "list.html": "{% for item in articles %}{{ item.record.date|default('a.b') }}{% endfor %}",
    "any.html": "{% include chosen %}",
    "broken.html": "{% if %}",
}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    made = State(tmp_path)
    yield made
    made.close()


def reading(state: State, *, barred: bool = False) -> Reading:
    return Reading(state, "code", lambda tree: barred)


def test_a_template_reads_what_its_parts_read(state: State) -> None:
    """All names in what it extends, includes and imports; none that it sets or loops over itself."""
    environment = Environment(loader=DictLoader(TEMPLATES), autoescape=True)
    assert {"site", "office", "page"} <= set(reading(state).of(environment, "page.html").names)
    assert reading(state).of(environment, "list.html").names == ("articles",)


def test_what_is_given_to_every_template_is_read_too(state: State) -> None:
    """A global value changes as others do."""
    environment = Environment(loader=DictLoader(TEMPLATES), autoescape=True)
    environment.globals["site"] = {"title": "a"}
    assert "site" in reading(state).of(environment, "page.html").names


def test_an_edit_of_any_part_is_another_template(state: State) -> None:
    """Also of one that stands two steps away; and what was found out before is not taken for the new one."""
    before = reading(state).of(Environment(loader=DictLoader(TEMPLATES), autoescape=True), "page.html")
    edited = {**TEMPLATES, "_parts.html": TEMPLATES["_parts.html"].replace("office", "other")}
    after = reading(state).of(Environment(loader=DictLoader(edited), autoescape=True), "page.html")
    assert before.digest != after.digest
    assert "other" in after.names
    assert "office" not in after.names


@pytest.mark.parametrize("name", ["any.html", "broken.html", "missing.html"])
def test_what_cannot_be_followed_is_said(state: State, name: str) -> None:
    """A part that is chosen while the page is made, a fault, a template that is not there."""
    with pytest.raises(Unfollowed):
        reading(state).of(Environment(loader=DictLoader(TEMPLATES), autoescape=True), name)


def test_what_is_barred_is_not_followed(state: State) -> None:
    """Wherever it stands among the parts."""
    with pytest.raises(Unfollowed):
        reading(state, barred=True).of(Environment(loader=DictLoader(TEMPLATES), autoescape=True), "page.html")


def test_the_words_of_texts() -> None:
    """A filter may be given an attribute's name as a text."""
    tree = Environment(autoescape=True).parse("{{ items|map(attribute='a.related')|list }}{{ 'b' }}")
    assert isinstance(tree, nodes.Template)
    assert set(said(tree)) >= {"a", "related", "b"}


@dataclass(frozen=True)
class Value:
    """A value with parts."""

    name: str
    parts: tuple[object, ...] = ()


def test_equal_values_have_one_mark_and_others_another() -> None:
    """Whatever lies inside, and however deep."""
    marks = Marks(lambda value: None)
    assert marks.of(Value("a", (1, {"b": [2]}))) == marks.of(Value("a", (1, {"b": [2]})))
    different = [
        Value("a"),
        Value("b"),
        Value("a", (1,)),
        Value("a", ("1",)),
        ("a",),
        ["a", None],
        {"a": 1},
        {"a": "1"},
    ]
    assert len({marks.of(v) for v in different}) == len(different)


def test_a_value_of_an_unknown_kind_has_no_mark() -> None:
    """Nothing says whether it changed."""
    with pytest.raises(Unfollowed):
        Marks(lambda value: None).of([object()])
    assert Marks(lambda value: "known" if type(value) is object else None).of([object()])
