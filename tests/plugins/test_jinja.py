"""What templates may call."""

from __future__ import annotations

from types import SimpleNamespace

from jinja2 import Environment

from plugins import _jinja

TEMPLATE = '{% call once("foot", key) %}<i>{{ said.append(1) or _("Home") }} {{ key }}</i>{% endcall %}'


def test_a_part_of_all_pages_is_made_once_for_each_language_and_key() -> None:
    """The first page makes it; a page in another language or with another key has its own."""
    said: list[int] = []
    environment = Environment(autoescape=True)
    environment.globals.update(_=_jinja.words, once=_jinja.once(), said=said, site=SimpleNamespace(language="id"))
    template = environment.from_string(TEMPLATE)
    english = SimpleNamespace(lang="en")
    made = [template.render(key=key, article=about) for about in (None, english) for key in ("a", "<", "a")]
    assert made == [f"<i>{w} {k}</i>" for w in ("Beranda", "Home") for k in ("a", "&lt;", "a")]
    assert len(said) == 4
