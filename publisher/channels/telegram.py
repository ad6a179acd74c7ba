"""Telegram channel: text with a large card of the article; edits and, for two days, withdrawals follow."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import Field, field_validator

from publisher import text
from publisher.channels import Renew, Setup, Standing
from publisher.channels._words import Wording, excess, word
from publisher.errors import ChannelError, Held, OutcomeUnknown, Refused
from publisher.http import LONGEST_WAIT, Answer, reason
from publisher.manifest import Record
from publisher.messages import msg
from publisher.post import Limits, Once, Post, Receipt
from publisher.settings import is_loopback
from publisher.settings.check import Section

# core.telegram.org/bots/api#sendmessage: 4,096 characters after entities parsing, counted as UTF-16 units
# (#messageentity). The picture is the link's preview, described on our page.
LIMITS = Limits(characters=4096, measure=text.utf16, pictures=0)
SECRETS = ("token",)  # the bot's: it does not expire
SERVER = "https://api.telegram.org"
TITLE = "title"
# core.telegram.org/bots/api#making-requests: an error has a status and words, and no code of its own; these words
# are tdlib/telegram-bot-api's (Client.cpp). Should they change one day, the edit or withdrawal is refused, and a
# person looks.
SAME = "message is not modified"
GONE = ("message to delete not found",)


class Options(Section):
    """Keys of office.toml that only Telegram knows: ``chat`` is @name or number of the channel, ``silent`` rings
    no phone; ``server`` is for trials against a copy of Telegram on this machine."""

    chat: str = Field(pattern=r"^(@[A-Za-z]\w{3,31}|-\d{5,20})$", coerce_numbers_to_str=True)
    silent: bool = False
    server: str = SERVER

    @field_validator("server")
    @classmethod
    def _address(cls, value: str) -> str:
        if value != SERVER and not is_loopback(value):
            raise ValueError(msg("only a server on this machine may stand in for {network}", network="Telegram"))
        return value.rstrip("/")


class Channel:
    """One channel, by a bot that is its administrator. It knows no key and a bot cannot read what it wrote:
    after an unclear answer a person looks."""

    real = True
    once = Once.NONE
    limits = LIMITS

    def __init__(self, setup: Setup, options: Options) -> None:
        self.name = setup.name
        self.network = setup.network
        self.server = options.server
        self._chat = options.chat
        self._silent = options.silent
        self._token = setup.secrets["token"]
        self._wire = setup.wire(options.server, judge=self._judge)
        self._wording = Wording.of(setup, LIMITS)

    def compose(self, record: Record) -> Post:
        """Text with link; the title of our own wording stands out."""
        post = word(record, self._wording)
        title = text.tidy(record.title)
        bold = not record.post_for(self.name) and post.text.split("\n", 1)[0] == title
        return replace(post, extra=((TITLE, title),)) if bold else post

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long, in UTF-16 units."""
        return excess(record, self._wording)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """There is nothing to upload: Telegram fetches the card from our page."""
        return {}

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Makes the post visible. Telegram has no key, so nothing but the ledger keeps it from a second one."""
        body = {**self._body(post), "disable_notification": self._silent}
        try:
            said = self._ask("sendMessage", body, visible=True)
        except Refused:
            self._may_post()
            raise
        receipt = self._receipt(said)
        if receipt is None:
            raise self._wire.garbled("the new post has no number", visible=True)
        return receipt

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """A bot cannot read its channel, so this raises OutcomeUnknown."""
        raise OutcomeUnknown(msg("{channel} cannot be asked whether the post is out; please look.", channel=self.name))

    def edit(self, remote_id: str, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Replaces text and card."""
        body = {**self._body(post), "message_id": self._number(remote_id)}
        said = self._ask("editMessageText", body, well=(SAME,))
        return self._receipt(said) or Receipt(remote_id, self._address({}, remote_id))

    def withdraw(self, remote_id: str) -> None:
        """Deletes the post; one that is gone already is well, one older than 48 hours is refused."""
        body = {"chat_id": self._chat, "message_id": self._number(remote_id)}
        self._ask("deleteMessage", body, well=GONE)

    def check(self) -> Iterator[Standing]:
        """Which bot it is, and whether it may post in the channel."""
        bot = self._ask("getMe", {})
        name = str(bot.get("username", "")) if isinstance(bot, dict) else ""
        try:
            self._may_post()
        except Held as fault:
            yield Standing("fault", fault.message)
            return
        yield Standing("ok", msg("{channel} is connected as {name}.", channel=self.name, name=f"@{name}"))

    def _body(self, post: Post) -> dict[str, Any]:
        preview = {"url": post.link, "prefer_large_media": True} if post.link else {"is_disabled": True}
        return {"chat_id": self._chat, "text": _html(post), "parse_mode": "HTML", "link_preview_options": preview}

    def _ask(self, method: str, body: Mapping[str, Any], *, visible: bool = False, well: Collection[str] = ()) -> Any:
        """What Telegram gives for ``method``, None when it refuses with words that are ``well``. The token is
        part of the address: that is how Telegram has it."""
        path = f"/bot{quote(self._token, safe=':')}/{method}"
        answer = self._wire.ask("POST", path, visible=visible, allow=(400,), json=dict(body))
        if answer.status == 400:
            if any(words in reason(answer) for words in well):
                return None
            raise self._refused(answer)
        data = answer.json()
        if not isinstance(data, dict) or data.get("ok") is not True:
            raise self._wire.garbled("no result", visible=visible)
        return data.get("result")

    def _refused(self, answer: Answer) -> ChannelError:
        moved = _parameters(answer).get("migrate_to_chat_id")
        detail = self._wire.said(answer)
        if moved:
            return Held(
                msg(
                    "The chat of {channel} has a new number, {chat}; put it into office.toml.",
                    channel=self.name,
                    chat=str(moved),
                ),
                detail=detail,
            )
        return Refused(msg("{channel} refuses this post: {reason}", channel=self.name, reason=detail), detail=detail)

    def _may_post(self) -> None:
        """Raises Held when the bot may not post in its channel: then it was not the post that was refused."""
        bot = self._token.split(":", 1)[0]
        try:
            member = self._ask("getChatMember", {"chat_id": self._chat, "user_id": int(bot) if bot.isdigit() else 0})
        except Refused as fault:
            member, detail = {}, fault.detail
        else:
            detail = str(member)
        if not isinstance(member, dict) or not member.get("can_post_messages", member.get("status") == "creator"):
            raise Held(
                msg(
                    "The bot of {channel} may not post in {chat}; make it an administrator there or correct the name.",
                    channel=self.name,
                    chat=self._chat,
                ),
                detail=self._wire.redact(detail),
            )

    def _number(self, remote_id: str) -> int:
        if not remote_id.isdecimal():
            raise Refused(msg("The post is no longer at {channel}.", channel=self.name), detail=remote_id)
        return int(remote_id)

    def _receipt(self, said: object) -> Receipt | None:
        """The receipt in what Telegram says of a message, None when it has no number."""
        if not isinstance(said, dict) or not said.get("message_id"):
            return None
        number, date, chat = str(said["message_id"]), said.get("date"), said.get("chat")
        at = datetime.fromtimestamp(date, UTC) if isinstance(date, int) else None
        return Receipt(number, self._address(chat if isinstance(chat, dict) else {}, number), at)

    def _address(self, chat: Mapping[str, Any], number: str) -> str:
        """Where readers find a post: by the channel's name; in a channel without one, where its members do."""
        name = chat.get("username") or (self._chat[1:] if self._chat.startswith("@") else "")
        return f"https://t.me/{name}/{number}" if name else f"https://t.me/c/{self._chat.removeprefix('-100')}/{number}"

    def _judge(self, answer: Answer, visible: bool) -> ChannelError | None:
        """Telegram's own reading: how long to wait stands in the body, and a wrong token makes a wrong address."""
        if answer.status == 429:
            seconds = _parameters(answer).get("retry_after")
            return self._wire.limited(answer, min(float(seconds), LONGEST_WAIT) if isinstance(seconds, int) else None)
        if answer.status == 404:
            return Held(
                msg("{channel} no longer accepts the access key; make a new one and put it in.", channel=self.name),
                detail=self._wire.said(answer),
            )
        return None


def _parameters(answer: Answer) -> dict[str, Any]:
    data = answer.json()
    found = data.get("parameters") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _html(post: Post) -> str:
    """The text in Telegram's HTML: the title bold, behind the link its readable part, all else as it is."""
    title = dict(post.extra).get(TITLE, "")
    head, rest = (title, post.text[len(title) :]) if post.text.startswith(title) else ("", post.text)
    opening = f"<b>{html.escape(head, quote=False)}</b>" if head else ""
    if not post.link:
        return opening + html.escape(rest, quote=False)
    parts = urlsplit(post.link)
    link = f'<a href="{html.escape(post.link)}">{html.escape(parts.netloc + parts.path, quote=False)}</a>'
    return opening + link.join(html.escape(piece, quote=False) for piece in rest.split(post.link))
