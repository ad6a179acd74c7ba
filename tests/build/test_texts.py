"""What of a text a page will not take is said with its line, by a check as by a build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.article import Article, Service, Status
from publisher.build import markup, texts
from publisher.build.state import State


def test_what_is_left_out_is_said_with_its_line(make_article: Callable[..., Article]) -> None:
    """The element and the line on which it begins; a frame is said to become a link."""
    body = "Teks.\n\n<script>x()</script>\n\n<iframe src='https://a.id/v'></iframe>"
    found = texts.left_out([make_article(body=body, lines=(("body", 20),))])
    assert [(f.rule, f.level, f.line) for f in found] == [("html", "advice", 24), ("html", "advice", 22)]
    assert [str(f.message).count("iframe") > 0 for f in found] == [True, False]


def test_a_picture_in_the_text_itself_is_told(make_article: Callable[..., Article]) -> None:
    """A data: address is left out although Markdown wrote its element."""
    (found,) = texts.left_out([make_article(body="![x](data:image/png;base64,AAAA)")])
    assert "<img>" in str(found.message)


def test_plain_texts_are_not_rendered(make_article: Callable[..., Article], service: Service) -> None:
    """A check of ten thousand plain texts stays a matter of reading them; what is withdrawn has no text."""

    def fail(*given: object) -> None:
        raise AssertionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "rendered", fail)
        gone = make_article(status=Status.WITHDRAWN, body="<script>x</script>")
        assert texts.left_out([make_article(body="**Tebal** & [a](b.md) 1 < 2"), service, gone]) == ()


def test_a_text_that_was_rendered_is_remembered(make_article: Callable[..., Article], tmp_path: Path) -> None:
    """Nobody need hold it: the state has it until the build ends; another text has not been rendered."""
    state = State(tmp_path)
    article = make_article(body="**Tebal**")
    assert texts.remembered(article, state) is None
    rendered = dict(texts.rendered([article], [], state))
    assert texts.remembered(article, state) == rendered[article.path] == "<p><strong>Tebal</strong></p>"
    assert texts.remembered(replace(article, body="Lain"), state) is None
    state.close()
