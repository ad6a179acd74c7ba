"""Facebook's own: the link beside the text, one step or two, edits, whose token it is; the rest in test_meta.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher import channels, errors
from publisher.channels import facebook
from publisher.post import Once

KEY = "kantor/a/facebook/post/1"


def nothing() -> None:
    """Renews no lease."""


def open_facebook(address: str, tmp_path: Path, *, token: str = "fake-page-token", **options: Any) -> facebook.Channel:
    setup = channels.Setup(
        name="facebook",
        network="facebook",
        site="http://127.0.0.1:8000",
        state=tmp_path,
        zone=UTC,
        secrets={"token": token},
    )
    return facebook.Channel(setup, facebook.Options.model_validate({"server": address, "page": 1234567, **options}))


@pytest.fixture
def channel(fake_meta: str, tmp_path: Path) -> facebook.Channel:
    return open_facebook(fake_meta, tmp_path)


@pytest.fixture
def there(fake_meta: str, control: Callable[..., Any]) -> Callable[[str], dict[str, Any]]:
    return lambda wanted: next(p for p in control(fake_meta, "/_posts") if p["id"] == wanted)


def test_the_link_is_the_card_and_not_in_the_text(
    channel: facebook.Channel, there: Callable[[str], dict[str, Any]], site: Path, record: Callable[..., Any]
) -> None:
    """Facebook unfolds the link beside the text; followers read no address with tags."""
    post = channel.compose(record(id="20261124-card"))
    assert "http" not in post.text
    made = channel.prepare(post, site, {}, nothing)
    receipt = channel.send(post, made, KEY)
    seen = there(receipt.remote_id)
    assert (seen["message"], seen["link"], seen["is_published"]) == (post.text, post.link, True)
    assert receipt.url == f"https://www.facebook.com/{receipt.remote_id}"


def test_an_edit_changes_the_text_alone(
    channel: facebook.Channel, there: Callable[[str], dict[str, Any]], site: Path, record: Callable[..., Any]
) -> None:
    """The page's post keeps its place; one that is gone is a person's affair."""
    post = channel.compose(record(id="20261124-edit"))
    receipt = channel.send(post, channel.prepare(post, site, {}, nothing), KEY)
    changed = channel.compose(record(id="20261124-edit", title="Judul yang diperbaiki"))
    for _ in range(2):
        assert channel.edit(receipt.remote_id, changed, {}, KEY).remote_id == receipt.remote_id
    assert there(receipt.remote_id)["message"] == changed.text
    assert there(receipt.remote_id)["link"] == post.link
    channel.withdraw(receipt.remote_id)
    with pytest.raises(errors.Refused):
        channel.edit(receipt.remote_id, changed, {}, KEY)


def test_a_hidden_post_that_somebody_deleted_is_made_anew(
    channel: facebook.Channel, site: Path, record: Callable[..., Any]
) -> None:
    """What was made and is gone was never seen: the page's posts say so, and it is made again."""
    post = channel.compose(record(id="20261124-deleted"))
    made = channel.prepare(post, site, {}, nothing)
    channel.withdraw(next(iter(made.values())))
    with pytest.raises(errors.OutcomeUnknown):
        channel.send(post, made, KEY)
    assert channel.trace(post, made, KEY, datetime.now(UTC)) is None
    assert channel.prepare(post, site, made, nothing) != made


def test_one_step_where_the_page_shows_no_hidden_post(
    fake_meta: str, tmp_path: Path, site: Path, record: Callable[..., Any], control: Callable[..., Any]
) -> None:
    """With hidden_first off nothing is made before; a lost answer is found in the timeline, the same again is known."""
    channel = open_facebook(fake_meta, tmp_path, hidden_first=False)
    assert channel.once is Once.TIMELINE
    post = channel.compose(record(id="20261124-step"))
    assert channel.prepare(post, site, {}, nothing) == {}
    began = datetime.now(UTC)
    assert channel.trace(post, {}, KEY, began) is None
    control(fake_meta, "/_faults", {"on": "POST page/feed", "do": ["lost"]})
    with pytest.raises(errors.OutcomeUnknown):
        channel.send(post, {}, KEY)
    found = channel.trace(post, {}, KEY, began)
    assert found is not None
    with pytest.raises(errors.Duplicate):
        channel.send(post, {}, KEY)
    assert [p["id"] for p in control(fake_meta, "/_posts") if p.get("link") == post.link] == [found.remote_id]


def test_a_persons_token_is_found_before_any_post(fake_meta: str, tmp_path: Path) -> None:
    """A token that is not the page's own looks sound; the check tells whose it is."""
    (standing, *_) = open_facebook(fake_meta, tmp_path).check()
    assert standing.level == "ok"
    other = list(open_facebook(fake_meta, tmp_path, token="fake-instagram-token", page="7654321").check())
    assert [s.level for s in other] == ["fault"]
    with pytest.raises(errors.Held):
        list(open_facebook(fake_meta, tmp_path, token="wrong").check())


@pytest.mark.parametrize("page", ["", "kantor", "12", "https://facebook.com/kantor"])
def test_a_page_is_a_number(page: str) -> None:
    """The name in the page's address is not what the API wants."""
    with pytest.raises(ValueError, match="page"):
        facebook.Options.model_validate({"page": page})
