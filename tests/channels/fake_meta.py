"""A strict copy of Facebook, Instagram and Threads for tests: `python fake_meta.py [PORT] [--store FILE]`.

One page, one Instagram and one Threads account. Where KENTONGAN_SPECS names a folder with meta-graph/*.json and the
Threads Postman collection, names and types of what is sent are checked against those too. A call's name leaves the
version out and puts page, ig and {id} for the numbers: "POST page/feed", "POST ig/media_publish", "POST {id}".
Faults beside those of _fake.py: "limit" is a rate limit in Meta's format, "token" a dead token, "1" its code 1.
POST /_set {"polls": 3} has each container worked on for three looks, {"broken": 1} lets the next one fail,
{"expire": true} ends all that were not shown, {"late": 2} keeps new posts out of the lists for two looks.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import regex
from _fake import Fake, Problem, Request, main, spec

TOKENS = {"page": "fake-page-token", "ig": "fake-instagram-token", "me": "fake-threads-token"}
PERSON = "fake-token-of-a-person"
PAGE, IG = "1234567", "17841400000000001"
VERSIONS = {"page": "v25.0", "ig": "v25.0", "me": "v1.0"}

# What may be sent, and what must be (!). meta-graph/Page.json POST feed, PagePost.json POST, IGUser.json POST media and
# media_publish; Threads Postman collection, "Create Text Container", "Create Image Container", "Publish".
# Our own choice: of what these allow, only what a channel of ours has a use for, and never auto_publish_text.
SENT = {
    "POST page/feed": {"message", "link", "published"},
    "POST post": {"message", "is_published"},
    "POST ig/media": {"image_url!", "caption", "alt_text"},
    "POST ig/media_publish": {"creation_id!"},
    "POST me/threads": {"media_type!", "text", "link_attachment", "image_url", "alt_text"},
    "POST me/threads_publish": {"creation_id!"},
}
# The same files: fields of PagePost (and its edge attachments), of containers (docs/instagram-platform ig-container;
# collection, fields_container), of IGMedia, of a Threads post (collection, fields_threads), quotas and accounts.
FIELDS = {
    "post": {"id", "message", "is_published", "is_hidden", "created_time", "permalink_url", "attachments"},
    "container": {"id", "status", "status_code"},
    "threads container": {"id", "status", "error_message"},
    "media": {"id", "caption", "permalink", "timestamp", "alt_text", "media_url"},
    "thread": {"id", "text", "permalink", "timestamp", "link_attachment_url", "alt_text", "media_url"},
    "account": {"id", "name", "username"},
    "quota": {"quota_usage", "config"},
}
LISTED = {"fields", "limit", "after", "before"}
STATE = {"ig": "status_code", "me": "status"}


def problem(code: int, sub: int | None = None, message: str = "As told.", status: int = 400, **more: Any) -> Problem:
    """An error as the Graph API gives it (docs/graph-api/guides/error-handling)."""
    headers = more.pop("headers", None)
    error = {"message": message, "type": "OAuthException", "code": code, **more, "fbtrace_id": "A6LJylpZRKw"}
    return Problem(status, {"error": error | ({"error_subcode": sub} if sub else {})}, headers)


def missing() -> Problem:
    return problem(100, 33, "Unsupported request. Object with ID does not exist or cannot be loaded.")


class Meta(Fake):
    """The accounts' posts and containers, and the rules they must keep."""

    def __init__(self, store: Path | None) -> None:
        super().__init__(store)
        self.polls = self.late = self.broken = 0
        self.specs = _specs()
        self.tokens = dict(TOKENS)

    def empty(self) -> dict[str, Any]:
        return {"posts": [], "made": {}, "last": 17_900_000_000_000_000}

    def posts(self) -> list[Any]:
        return self.kept["posts"]

    def set(self, told: dict[str, Any]) -> None:
        for name in ("polls", "late", "broken"):
            setattr(self, name, told.get(name, getattr(self, name)))
        if told.get("expire"):
            for made in self.kept["made"].values():
                made["state"] = "EXPIRED" if made["state"] != "PUBLISHED" else made["state"]

    def call(self, request: Request) -> str:
        path = request.path.split("/", 2)[-1].replace(f"{PAGE}/", "page/").replace(f"{IG}/", "ig/")
        if request.path.count("/") == 1:
            return f"{request.method} {request.path}"
        return f"{request.method} " + re.sub(r"^[\d_]+", "{id}", path)

    def fault(self, word: str) -> Problem:
        if word == "limit":
            # docs/graph-api/overview/rate-limiting, "Headers": minutes, by business and use.
            use = {"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19}
            return problem(80001, headers={"X-Business-Use-Case-Usage": json.dumps({PAGE: [use]})})
        if word == "token":
            return problem(190, 463, "Session has expired.", 401)
        if word == "1":
            return problem(1, None, "An unknown error occurred.", 500)
        return problem(2, None, "Service temporarily unavailable.", int(word), is_transient=True)

    def route(self, request: Request) -> tuple[int, object]:
        version, _, path = request.path[1:].partition("/")
        sent = dict(parse_qsl(request.body.decode(), keep_blank_values=True)) or request.query
        if request.method == "POST" and request.raw_query:
            raise problem(100, None, "Our choice: nothing in the address of a POST, least of all a token.")
        token = sent.pop("access_token", "")
        if token == PERSON and request.method == "POST":
            raise problem(200, None, "Unpublished posts must be posted to a page as the page itself.", 403)
        who = next((w for w, t in self.tokens.items() if t == token), "")
        if not who:
            raise problem(190, None, "Invalid OAuth access token.", 401)
        if request.path == "/refresh_access_token":
            return 200, self.refresh(who, sent)
        if version != VERSIONS[who]:
            raise problem(2635, None, "You are calling a deprecated version.")
        place, _, edge = path.partition("/")
        mine = {"page": PAGE, "ig": IG, "me": "me"}[who]
        if edge and place != mine:
            raise missing()
        if edge:
            return 200, self.on_edge(request.method, who, edge, sent)
        if place == "debug_token":
            return 200, self.debug(who, sent)
        return 200, self.on_thing(request.method, who, place, sent)

    def refresh(self, who: str, sent: dict[str, str]) -> object:
        # docs/threads long-lived-tokens, docs/instagram-platform refresh_access_token: a new one of 60 days. That the
        # old one ends with it is our choice: whoever goes on with it is found out.
        if sent != {"grant_type": {"ig": "ig_refresh_token", "me": "th_refresh_token"}.get(who)}:
            raise problem(100, None, "grant_type")
        self.tokens[who] = f"{TOKENS[who]}-{self.new_id()}"
        return {"access_token": self.tokens[who], "token_type": "bearer", "expires_in": 5_184_000}

    def debug(self, who: str, sent: dict[str, str]) -> object:
        # docs/facebook-login debug_token; that Instagram's refuses a token about itself is our choice.
        if sent != {"input_token": self.tokens[who]} or who == "ig":
            raise problem(100, None, "You must provide an app access token.")
        return {"data": {"is_valid": True, "type": "PAGE", "expires_at": 0 if who == "page" else 1_799_000_000}}

    def on_edge(self, method: str, who: str, edge: str, sent: dict[str, str]) -> object:
        call = f"{method} {who}/{edge}"
        if call == "POST page/feed":
            return self.feed(self.checked(call, sent))
        if call == "POST ig/media":
            return self.container(who, self.instagram(self.checked(call, sent)))
        if call == "POST me/threads":
            return self.container(who, self.threads(self.checked(call, sent)))
        if call in ("POST ig/media_publish", "POST me/threads_publish"):
            return self.show(who, self.checked(call, sent)["creation_id"])
        if call in ("GET page/published_posts", "GET ig/media", "GET me/threads"):
            return self.timeline(who, sent)
        if call in ("GET ig/content_publishing_limit", "GET me/threads_publishing_limit"):
            used = sum(p["who"] == who for p in self.kept["posts"])
            quota = {"quota_usage": used, "config": {"quota_total": 250, "quota_duration": 86400}}
            return {"data": [_only(quota, sent, "quota")]}
        raise problem(2500, None, f"Unknown path components: /{edge}")

    def on_thing(self, method: str, who: str, place: str, sent: dict[str, str]) -> object:
        if place in ("me", PAGE, IG):
            names = {"page": {"id": PAGE, "name": "Kantor"}, "ig": {"id": IG, "username": "kantor"}}
            own = names.get(who, {"id": "9", "username": "kantor"})
            if place not in ("me", own["id"]):
                raise missing()
            return _only(own, sent, "account")
        made = self.kept["made"].get(place)
        if made and made["who"] == who and method == "GET":
            return self.look(made, sent)
        post = next((p for p in self.kept["posts"] if p["id"] == place and p["who"] == who), None)
        if post is None:
            raise missing()
        if method == "GET":
            return _only(_shown(post), sent, {"page": "post", "ig": "media", "me": "thread"}[who])
        if method == "DELETE":
            self.kept["posts"].remove(post)
            self.keep()
            return {"success": True}
        if who != "page":
            raise problem(3, None, "Application does not have the capability to make this API call.")
        change = self.checked("POST post", sent)
        if change.get("is_published", "true") != "true":
            raise problem(100, None, "A post cannot be unpublished.")
        post["is_published"] = post["is_published"] or "is_published" in change
        post["message"] = change.get("message", post["message"])
        self.keep()
        return {"success": True}

    def checked(self, call: str, sent: dict[str, str]) -> dict[str, str]:
        """``sent``, if the call takes all of it and misses none."""
        needed = {f[:-1] for f in SENT[call] if f.endswith("!")}
        unknown = set(sent) - {f.rstrip("!") for f in SENT[call]}
        if unknown or not needed <= set(sent) or "" in sent.values():
            raise problem(100, None, f"Invalid parameter: {sorted(unknown)} of {sorted(SENT[call])}")
        if any(sent.get(k, "true") not in ("true", "false") for k in ("published", "is_published")):
            raise problem(100, None, "Invalid parameter: true or false")
        known = self.specs.get(call)
        if known is not None:
            wrong = [k for k, v in sent.items() if not _fits(known.get(k), v)]
            if wrong:
                raise problem(100, None, f"Not in the specification: {wrong}")
        return sent

    def feed(self, sent: dict[str, str]) -> object:
        if not sent.get("message") and not sent.get("link"):
            raise problem(100, None, "The post is empty.")
        shown = sent.get("published", "true") == "true"
        before = [p for p in self.kept["posts"] if p["who"] == "page" and p["is_published"]]
        # arsduo/koala#699 and facts: 506 for what is the same as a post that is out.
        if shown and any((p["message"], p["link"]) == (sent.get("message"), sent.get("link")) for p in before):
            raise problem(506, 1366051, "Duplicate status message")
        new = f"{PAGE}_{self.new_id()}"
        self.add(
            {"who": "page", "id": new, "message": sent.get("message"), "link": sent.get("link"), "is_published": shown}
        )
        return {"id": new}

    def instagram(self, sent: dict[str, str]) -> dict[str, str]:
        # docs/instagram-platform ig-user/media: JPEG at a public address; caption 2,200, 30 hashtags, 20 names.
        _picture(sent["image_url"])
        caption = sent.get("caption", "")
        if len(caption) > 2200 or caption.count("#") > 30 or len(re.findall(r"(?<!\w)@\w", caption)) > 20:
            raise problem(36004, 2207010, "Caption was too long.")
        if len(sent.get("alt_text", "")) > 1000:
            raise problem(100, None, "alt_text")
        return sent

    def threads(self, sent: dict[str, str]) -> dict[str, str]:
        # docs/threads/posts: 500 characters, an emoji as its UTF-8 bytes; five links; a link's card for texts only.
        said = sent.get("text", "")
        if sum(len(g.encode()) if EMOJI.search(g) else len(g) for g in regex.findall(r"\X", said)) > 500:
            raise problem(100, 4279009, "Param text must be at most 500 characters long.")
        if len({*re.findall(r"https?://\S+", said), sent.get("link_attachment", "")} - {""}) > 5:
            raise problem(100, 4279004, "THREADS_API__LINK_LIMIT_EXCEEDED")
        picture = sent["media_type"] == "IMAGE"
        if sent["media_type"] not in ("TEXT", "IMAGE") or picture != ("image_url" in sent):
            raise problem(100, None, "media_type")
        if picture:
            _picture(sent["image_url"])
        if (picture and "link_attachment" in sent) or (not picture and "alt_text" in sent):
            raise problem(100, None, "Only for the other media_type.")
        return sent

    def container(self, who: str, sent: dict[str, str]) -> object:
        new = self.new_id()
        state = "ERROR" if self.broken else "FINISHED"
        self.broken = max(0, self.broken - 1)
        self.kept["made"][new] = {"who": who, "id": new, "state": state, "polls": self.polls, "sent": sent}
        self.keep()
        return {"id": new}

    def look(self, made: dict[str, Any], sent: dict[str, str]) -> object:
        state = made["state"]
        if made["polls"] and state == "FINISHED":
            made["polls"] -= 1
            state = "IN_PROGRESS"
        kind = "container" if made["who"] == "ig" else "threads container"
        return _only({"id": made["id"], STATE[made["who"]]: state}, sent, kind)

    def show(self, who: str, id: str) -> object:
        made = self.kept["made"].get(id)
        if made is None or made["who"] != who:
            raise missing()
        # docs/instagram-platform error-codes: 9007 for what is not ready, 24 for a container that is no more. What a
        # container answers that was shown already is not documented; it must not be shown again.
        if made["state"] == "EXPIRED":
            raise problem(24, 2207006, "The requested resource does not exist.")
        if made["state"] == "PUBLISHED":
            raise problem(100, 2207099, "The container was published already.")
        if made["state"] != "FINISHED" or made["polls"]:
            raise problem(9007, 2207027, "Media ID is not available")
        made["state"] = "PUBLISHED"
        post = {"who": who, "id": self.new_id(), "container": id, "late": self.late, **made["sent"]}
        self.add(post)
        return {"id": post["id"]}

    def add(self, post: dict[str, Any]) -> None:
        self.kept["posts"].append({**post, "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")})
        self.keep()

    def timeline(self, who: str, sent: dict[str, str]) -> object:
        if set(sent) - LISTED or not 1 <= int(sent.get("limit", "25")) <= 100:
            raise problem(100, None, f"Invalid parameter: {sorted(sent)}")
        found = []
        for post in reversed(self.kept["posts"]):
            if post["who"] == who and post.get("is_published", True):
                if not post.get("late"):
                    found.append(post)
                post["late"] = max(0, post.get("late", 0) - 1)
        first, size = int(sent.get("after", "0")), int(sent.get("limit", "25"))
        kind = {"page": "post", "ig": "media", "me": "thread"}[who]
        page = [_only(_shown(p), {"fields": sent.get("fields", "id")}, kind) for p in found[first : first + size]]
        answer: dict[str, Any] = {"data": page}
        if page:
            answer["paging"] = {"cursors": {"before": str(first), "after": str(first + size)}}
        if first + size < len(found):
            answer["paging"]["next"] = "https://graph.facebook.com/next"
        return answer


EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\ufe0f\u20e3]")


def _picture(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or not parts.path.endswith(".jpg"):
        raise problem(9004, 2207052, "Only photo or video can be accepted as media type.")


def _shown(post: dict[str, Any]) -> dict[str, Any]:
    """A post as its network gives it back."""
    if post["who"] == "page":
        link = {"attachments": {"data": [{"unshimmed_url": post["link"]}]}} if post["link"] else {}
        named = {k: post[k] for k in ("id", "message", "is_published")}
        return named | {"created_time": post["at"], **link}
    shown = {"id": post["id"], "timestamp": post["at"], "alt_text": post.get("alt_text", "")}
    if post["who"] == "ig":
        return shown | {"caption": post.get("caption", ""), "permalink": f"https://www.instagram.com/p/{post['id']}/"}
    if "link_attachment" in post:
        shown["link_attachment_url"] = post["link_attachment"]
    return shown | {"text": post.get("text", ""), "permalink": f"https://www.threads.net/@kantor/post/{post['id']}"}


def _only(thing: dict[str, Any], sent: dict[str, str], kind: str) -> dict[str, Any]:
    """The fields that were asked for, all of which must be known."""
    if set(sent) - {"fields"}:
        raise problem(100, None, f"Invalid parameter: {sorted(sent)}")
    names = {re.sub(r"\{.*", "", f) for f in re.findall(r"[^,{]+(?:\{[^}]*\})?", sent.get("fields", "id"))}
    if names - FIELDS[kind]:
        raise problem(100, None, f"Tried accessing nonexisting field {sorted(names - FIELDS[kind])}")
    return {k: v for k, v in thing.items() if k in names | {"id"}}


def _specs() -> dict[str, dict[str, str]]:
    """For each call the names and types that Meta's own files give; {} without them."""
    found = {}
    files = {
        "POST page/feed": ("Page", "feed"),
        "POST post": ("PagePost", ""),
        "POST ig/media": ("IGUser", "media"),
        "POST ig/media_publish": ("IGUser", "media_publish"),
    }
    for call, (name, edge) in files.items():
        known = spec(f"meta-graph/{name}.json")
        for api in known["apis"] if known else ():
            if api["method"] == "POST" and api.get("endpoint", "") == edge and api.get("name", "#update") == "#update":
                found[call] = {p["name"]: p["type"] for p in api["params"]}
    collection = json.dumps(spec("threads-api.postman_collection.json") or {})
    for edge in ("threads", "threads_publish"):
        asked = re.findall(rf"/me/{edge}\?([^\"\\]*)", collection)
        names = {pair.split("=")[0] for query in asked for pair in query.split("&")}
        if names:
            found[f"POST me/{edge}"] = dict.fromkeys(names, "string") | {"link_attachment": "string"}
    return found


def _fits(kind: str | None, value: str) -> bool:
    """Whether ``value`` is of the type that Meta's file names."""
    if kind == "bool":
        return value in ("true", "false")
    return value.isdigit() if kind == "unsigned int" else kind is not None


if __name__ == "__main__":
    main(Meta)
