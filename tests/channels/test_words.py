"""How an article is worded: by hand, by the house's template, else by us."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import channels, settings, text
from publisher.channels import _template
from publisher.channels._words import Wording, word
from publisher.errors import SettingsFault
from publisher.ledger import short_id
from publisher.manifest import Record, ServiceName
from publisher.post import Limits

LIMITS = Limits(characters=500, measure=text.graphemes)
OFFICE = 'name = "K"\nshort = "K"\ntitle = "K"\ndescription = "K"\nid = "kua-slawi"\n'


def wording(template: str = "", **given: Any) -> Wording:
    return Wording(
        channel="papan", network="noticeboard", office="kua-slawi", limits=LIMITS, template=template, **given
    )


def load(tmp_path: Path, tables: str) -> settings.Settings:
    (tmp_path / "office.toml").write_text(OFFICE + tables, encoding="utf-8")
    return settings.load(tmp_path, {})


def test_our_own_wording_says_what_it_brings_and_how_to_use_it(record: Callable[..., Record]) -> None:
    """Headline, what the citizen gets, service, how to use it, link, two hashtags; in this order."""
    service = ServiceName(id="bimwin", name="Bimwin Smart", how="bimwin.kantor.go.id · gratis")
    post = word(record(services=(service,), lang="en"), wording())
    parts = post.text.split("\n\n")
    assert parts[0] == record().title
    assert parts[1] == record().summary
    assert parts[2] == "Service: Bimwin Smart\nHow to use it: bimwin.kantor.go.id · gratis"
    assert parts[3] == post.link
    assert parts[4].count("#") == 2


def test_how_to_use_several_services_is_not_told(record: Callable[..., Record]) -> None:
    """An article about two services tells of neither how it is used, since the one would be taken for the other."""
    two = (ServiceName(id="a", name="A", how="loket 1"), ServiceName(id="b", name="B", how="loket 2"))
    assert "loket" not in word(record(services=two), wording()).text


def test_the_link_names_the_delivery_as_the_ledger_does(record: Callable[..., Record]) -> None:
    """utm_content is the delivery's own short id, so a visit leads to its row."""
    query = parse_qs(urlsplit(word(record(), wording()).link).query)
    assert query["utm_content"] == [short_id("kua-slawi", record().id, "papan")]
    assert query["utm_medium"] == ["social"]


def test_a_template_words_the_post(record: Callable[..., Record]) -> None:
    """The house's text goes out with its words filled in, and fits; a text written by hand is stronger."""
    given = "{{ title }}{% if service %} ({{ service }}){% endif %}\n{{ link }} {{ tags }}"
    post = word(record(), wording(given))
    assert post.text.startswith(f"{record().title} (Bimwin Smart)\n{post.link} #")
    assert word(record(posts=(("papan", "Tangan."),)), wording(given)).text.startswith("Tangan.")
    without = word(record(), wording("{{ title }}"))
    assert without.text == f"{record().title}\n\n{without.link}"
    long = word(record(summary="kata " * 300), wording("{{ title }} {{ summary }}"))
    assert LIMITS.measure(long.text) <= 500
    assert long.text.endswith(long.link)


def test_a_template_that_fails_on_one_article_gives_way(record: Callable[..., Record]) -> None:
    """No article is held up by a template: our own wording goes out instead."""
    own = word(record(), wording()).text
    failing = f"{{{{ 1 / (summary | length - {len(record().summary)}) }}}}"
    assert _template.fault(failing) is None
    assert word(record(), wording(failing)).text == own
    assert word(record(services=()), wording("{{ service }}")).text == word(record(services=()), wording()).text


@given(st.text(max_size=200))
def test_no_template_breaks_composing(template: str) -> None:
    """Whatever stands in a template, it is found at fault or its posts fit."""
    if _template.fault(template) is None:
        record = Record(
            id="a",
            revision="r",
            path="a.md",
            page="a/",
            url="https://kabar.kantor.go.id/a/",
            title="Judul",
            summary="",
            status="published",
            public=True,
            date="2026-11-24T09:00:00+07:00",
            due="2026-11-24T09:00:00+07:00",
        )
        assert LIMITS.measure(word(record, wording(template)).text) <= 500


FAULTS = {
    "unknown word": ("{{ titel }}", 8, "“titel”"),
    "syntax": ("{{ title", 8, "cannot be read"),
    "on its line": ('"""\n{{ title }}\n{{ judul }}\n"""', 10, "“judul”"),
    "failing": ("{{ 1 / 0 }}", 8, "fails"),
    "empty": ("{# nothing #}", 8, "empty"),
    "unsafe": ("{{ title.__class__.__mro__ }}", 8, "fails"),
}


@pytest.mark.parametrize(("template", "line", "said"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("on", ["true", "false"])
def test_a_bad_template_is_named_with_its_line(template: str, line: int, said: str, on: str, tmp_path: Path) -> None:
    """Before anything is sent, of a channel that is off too."""
    quoted = template if template.startswith('"""') else f"'{template}'"
    loaded = load(tmp_path, f"[channels.noticeboard]\non = {on}\ntemplate = {quoted}\n")
    with pytest.raises(SettingsFault, match=said) as raised:
        channels.check(loaded)
    assert raised.value.where == f"office.toml:{line}"


def test_a_channel_takes_its_template_from_office_toml(tmp_path: Path, record: Callable[..., Record]) -> None:
    """What stands in the channel's table is what its followers read."""
    loaded = load(tmp_path, "[channels.papan]\nnetwork = 'noticeboard'\non = true\ntemplate = 'KABAR: {{ title }}'\n")
    (channel,) = channels.open_all(loaded)
    post = channel.compose(record())
    assert post.text.startswith("KABAR: Bimbingan")
    assert short_id("kua-slawi", record().id, "papan") in post.link
