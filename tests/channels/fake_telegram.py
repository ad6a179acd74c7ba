"""A strict copy of Telegram's Bot API for tests: `python fake_telegram.py [PORT] [--store FILE]`.

One bot, administrator of @kantor. Where KENTONGAN_SPECS names a folder with telegram-bot-api-spec.json, names and
types of what is sent are checked against that too. A call's name is "POST /sendMessage": the token is left out.
Faults beside those of _fake.py: any number is that status as Telegram words it. POST /_set {"old": true} makes all
messages older than 48 hours, {"right": false} takes the bot the right to post.
"""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from _fake import Fake, Problem, Request, main, spec

TOKEN = "123456789:fake-telegram-token"
CHAT = {"id": -1001234567890, "title": "Kantor", "username": "kantor", "type": "channel"}
NAMES = ("@kantor", "-1001234567890", -1001234567890)
# core.telegram.org/bots/api: parameters of each method; of what it allows, only what a channel of ours has a use for.
SENT = {
    "sendMessage": {"chat_id", "text", "parse_mode", "link_preview_options", "disable_notification"},
    "editMessageText": {"chat_id", "message_id", "text", "parse_mode", "link_preview_options"},
    "deleteMessage": {"chat_id", "message_id"},
    "getChatMember": {"chat_id", "user_id"},
    "getMe": set(),
}
PREVIEW = {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}
TYPES = {"Integer": int, "String": str, "Boolean": bool, "LinkPreviewOptions": dict}
# core.telegram.org/bots/api#html-style, of which we use two.
TAGS = {"b": set(), "a": {"href"}}
WORDS = {401: "Unauthorized", 403: "Forbidden: bot was kicked from the channel chat", 429: "Too Many Requests"}


def problem(status: int, words: str = "", **parameters: int) -> Problem:
    """An error as Telegram gives it (#making-requests): the status again, words, and sometimes parameters."""
    if status == 429:
        parameters["retry_after"] = 3
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": words or WORDS.get(status, "As told.")}
    return Problem(status, body | ({"parameters": parameters} if parameters else {}))


def bad(words: str) -> Problem:
    return problem(400, f"Bad Request: {words}")


class Telegram(Fake):
    """The channel's messages, and the rules they must keep."""

    def __init__(self, store: Path | None) -> None:
        super().__init__(store)
        self.right = True
        self.spec = spec("telegram-bot-api-spec.json")

    def empty(self) -> dict[str, Any]:
        return {"posts": [], "last": 41}

    def posts(self) -> list[Any]:
        return self.kept["posts"]

    def set(self, told: dict[str, Any]) -> None:
        self.right = told.get("right", self.right)
        if told.get("old"):
            for post in self.kept["posts"]:
                post["date"] -= 49 * 3600

    def call(self, request: Request) -> str:
        return f"{request.method} /{request.path.rsplit('/', 1)[-1]}"

    def fault(self, word: str) -> Problem:
        return problem(int(word))

    def route(self, request: Request) -> tuple[int, object]:
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", request.path)
        if not found or found[2] not in SENT or ":" not in found[1]:
            raise problem(404, "Not Found")
        if found[1] != TOKEN:
            raise problem(401)
        if request.headers.get("content-type") != "application/json" or request.raw_query:
            raise bad("our choice: a JSON body and no query")
        sent = self.checked(found[2], json.loads(request.body))
        if "chat_id" in sent and sent["chat_id"] not in NAMES:
            raise bad("chat not found")
        return 200, {"ok": True, "result": getattr(self, found[2])(sent)}

    def checked(self, method: str, sent: dict[str, Any]) -> dict[str, Any]:
        """``sent``, if the method takes all of it, each of its type."""
        unknown = set(sent) - SENT[method] | set(sent.get("link_preview_options", {})) - PREVIEW
        if unknown:
            raise bad(f"unknown {sorted(unknown)}")
        fields = self.spec["methods"][method].get("fields", []) if self.spec else []
        for known in fields:
            value = sent.get(known["name"])
            if value is None and known["required"]:
                raise bad(f"{known['name']} is empty")
            if value is not None and not any(type(value) is TYPES.get(kind) for kind in known["types"]):
                raise bad(f"{known['name']} is no {known['types']}")
        return sent

    def sendMessage(self, sent: dict[str, Any]) -> dict[str, Any]:
        if not self.right:
            raise bad("need administrator rights in the channel chat")
        post = {"message_id": int(self.new_id()), "date": int(time.time()), **_read(sent)}
        self.kept["posts"].append(post)
        self.keep()
        return {"chat": CHAT, "message_id": post["message_id"], "date": post["date"], "text": post["text"]}

    def editMessageText(self, sent: dict[str, Any]) -> dict[str, Any]:
        post = self.message(sent, "edit")
        changed = _read(sent)
        if all(post[k] == v for k, v in changed.items()):
            raise bad("message is not modified: specified new message content and reply markup are exactly the same")
        post.update(changed)
        self.keep()
        return {"chat": CHAT, "message_id": post["message_id"], "date": post["date"], "text": post["text"]}

    def deleteMessage(self, sent: dict[str, Any]) -> bool:
        post = self.message(sent, "delete")
        if time.time() - post["date"] > 48 * 3600:
            raise bad("message can't be deleted")
        self.kept["posts"].remove(post)
        self.keep()
        return True

    def getChatMember(self, sent: dict[str, Any]) -> dict[str, Any]:
        if sent.get("user_id") != int(TOKEN.split(":")[0]):
            raise bad("user not found")
        user = {"id": sent["user_id"], "is_bot": True, "first_name": "Kantor"}
        return {"status": "administrator", "user": user, "can_post_messages": self.right}

    def getMe(self, sent: dict[str, Any]) -> dict[str, Any]:
        return {"id": int(TOKEN.split(":")[0]), "is_bot": True, "first_name": "Kantor", "username": "kantor_bot"}

    def message(self, sent: dict[str, Any], what: str) -> dict[str, Any]:
        found = next((p for p in self.kept["posts"] if p["message_id"] == sent.get("message_id")), None)
        if found is None:
            raise bad(f"message to {what} not found")
        return found


class _Html(HTMLParser):
    """A text in Telegram's HTML: what is read, and its entities. Raises what Telegram would say."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.text = ""
        self.entities: list[dict[str, Any]] = []
        self.open: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS or {k for k, _ in attrs} != TAGS[tag]:
            raise bad(f'can\'t parse entities: unsupported start tag "{tag}"')
        self.open.append(
            {"type": {"b": "bold", "a": "text_link"}[tag], "tag": tag, "from": len(self.text), **dict(attrs)}
        )

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1]["tag"] != tag:
            raise bad("can't parse entities: unexpected end tag")
        found = self.open.pop()
        self.entities.append({**found, "said": self.text[found["from"] :]})

    def handle_data(self, data: str) -> None:
        if "<" in data or "&" in data:
            raise bad("can't parse entities")
        self.text += data

    def handle_entityref(self, name: str) -> None:
        if name not in ("lt", "gt", "amp", "quot"):  # #html-style: no other named ones
            raise bad(f"can't parse entities: &{name};")
        self.text += {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[name]

    def handle_charref(self, name: str) -> None:
        self.text += chr(int(name[1:], 16) if name[:1] in "xX" else int(name))


def _read(sent: dict[str, Any]) -> dict[str, Any]:
    """The message as a reader sees it."""
    if sent.get("parse_mode") != "HTML":
        raise bad("our choice: parse_mode HTML")
    parser = _Html()
    parser.feed(sent["text"])
    parser.close()
    if parser.open:
        raise bad("can't parse entities: can't find end tag")
    if not parser.text.strip():
        raise bad("message text is empty")
    if len(parser.text.encode("utf-16-le")) // 2 > 4096:  # #sendmessage: after entities parsing
        raise bad("message is too long")
    return {"text": parser.text, "entities": parser.entities, "preview": sent.get("link_preview_options", {})}


if __name__ == "__main__":
    main(Telegram)
