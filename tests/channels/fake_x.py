"""A strict copy of X for tests: `python tests/channels/fake_x.py [PORT] [--store FILE]` prints its address.

A request that the real X would refuse is refused here too; where KENTONGAN_SPECS names a folder with X's OpenAPI
file, bodies are checked against that as well. What it answers beside X's own calls stands in _fake.py.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import html
import json
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from _fake import Fake, Problem, Request, main, now, spec
from twitter_text import extract_urls_with_indices, parse_tweet

API_KEY, API_SECRET = "fake-x-api-key", "fake-x-api-secret"
ACCESS_TOKEN, ACCESS_SECRET = "4711-fake-x-access-token", "fake-x-access-secret"
ME = "4711"
SIGNED_FOR = "https://api.twitter.com"  # tweepy 4.17, Client.request: the host it signs for is fixed
OAUTH = {"consumer_key", "token", "signature_method", "timestamp", "nonce", "version", "signature"}
ID = r"[0-9]{1,19}"

# X API v2 OpenAPI 2.167, requestBody of each call: fields at the top level, and whether others are refused.
BODIES = {
    "/2/media/upload": ("MediaUploadRequest", {"media", "media_category", "additional_owners"}),
    "/2/media/metadata": ("CreateMediaMetadataRequest", {"id", "metadata"}),
    "/2/tweets": (
        "CreatePostsRequest",
        {
            *("card_uri", "community_id", "direct_message_deep_link", "edit_options", "for_super_followers_only"),
            *("geo", "made_with_ai", "media", "nullcast", "paid_partnership", "poll", "quote_tweet_id", "reply"),
            *("reply_settings", "share_with_followers", "text"),
        },
    ),
}
# The same file, parameters of GET /2/users/{id}/tweets, GET /2/media/upload and GET /2/users/me.
QUERIES = {
    "timeline": {
        *("max_results", "pagination_token", "start_time", "end_time", "since_id", "until_id", "exclude"),
        *("tweet.fields", "expansions", "user.fields", "media.fields", "poll.fields", "place.fields"),
    },
    "status": {"media_id", "command"},
    "me": {"tweet.fields", "expansions", "user.fields"},
}


def problem(status: int, title: str, detail: str, kind: str = "about:blank") -> Problem:
    """An answer that is not well: RFC 9457, as X gives it."""
    headers = {"x-rate-limit-reset": str(int(time.time()) + 2)} if status == 429 else {}
    return Problem(status, {"type": kind, "title": title, "status": status, "detail": detail}, headers)


def invalid(detail: str) -> Problem:
    return problem(400, "Invalid Request", detail, "https://api.x.com/2/problems/invalid-request")


class X(Fake):
    """The account's posts and pictures, and the rules they must keep."""

    def __init__(self, store: Path | None) -> None:
        super().__init__(store)
        self.nonces: set[str] = set()
        self.spec = spec("x-api-v2-openapi.json")
        self.media: dict[str, dict] = self.kept["media"]

    def empty(self) -> dict[str, Any]:
        return {"posts": [], "media": {}, "last": 1_900_000_000_000_000_000}

    def call(self, request: Request) -> str:
        return re.sub(r"/[0-9]{3,}(?=/|$)", "/{id}", f"{request.method} {request.path}")

    def fault(self, word: str) -> Problem:
        return problem(int(word), "Fault", "As told.")

    def posts(self) -> list[Any]:
        return [{**p, "alt": [self.media[i]["alt"] for i in p["media_ids"]]} for p in self.kept["posts"]]

    def check_body(self, path: str, body: object) -> dict:
        name, fields = BODIES[path]
        if not isinstance(body, dict):
            raise invalid("The body is no JSON object.")
        unknown = set(body) - fields
        if unknown:
            raise invalid(f"Unknown fields: {sorted(unknown)}")
        if self.spec:
            import jsonschema

            whole = {"$ref": f"#/components/schemas/{name}", "components": self.spec["components"]}
            try:
                jsonschema.validate(body, whole)
            except jsonschema.ValidationError as fault:
                raise invalid(fault.message) from fault
        return body

    def upload(self, body: dict) -> dict:
        # OpenAPI MediaUploadRequest: media and media_category are required, the category is one of a list.
        if body.get("media_category") not in ("tweet_image", "tweet_gif", "tweet_video"):
            raise invalid("media_category")
        try:
            content = base64.b64decode(body.get("media", ""), validate=True)
        except (binascii.Error, ValueError, TypeError) as fault:
            raise invalid("media is no base64") from fault
        # docs.x.com/x-api/media: JPG, PNG, GIF, WEBP, 5 MB.
        if not content.startswith((b"\xff\xd8", b"\x89PNG", b"GIF8", b"RIFF")) or len(content) > 5 * 1024 * 1024:
            raise invalid("media type or size")
        made = self.new_id()
        self.media[made] = {"sha256": hashlib.sha256(content).hexdigest(), "alt": "", "used": False}
        self.keep()
        return {"data": {"id": made, "media_key": f"3_{made}", "size": len(content), "expires_after_secs": 86400}}

    def describe(self, body: dict) -> dict:
        known = self.media.get(str(body.get("id")))
        if known is None:
            raise invalid("There is no such media id.")
        text = body.get("metadata", {}).get("alt_text", {}).get("text", "")
        if len(text) > 1000:  # OpenAPI CreateMediaMetadataRequest: maxLength 1000
            raise invalid("alt_text is longer than 1000")
        known["alt"] = text
        self.keep()
        return {"data": {"id": body["id"], "associated_metadata": body["metadata"]}}

    def post(self, body: dict) -> dict:
        text = body.get("text", "")
        ids = body.get("media", {}).get("media_ids", []) if "media" in body else []
        if not text and not ids:
            raise invalid("text or media is required")
        if text and not parse_tweet(text).valid:  # docs.x.com/fundamentals/counting-characters: 280 weighted
            raise problem(400, "Invalid Request", "The text is too long or holds invalid characters.")
        if "media" in body and not 1 <= len(ids) <= 4:  # OpenAPI: minItems 1, maxItems 4
            raise invalid("media_ids: 1 to 4")
        if any(not isinstance(i, str) or not re.fullmatch(ID, i) or i not in self.media for i in ids):
            raise invalid("Your media IDs are invalid.")
        # iembot#163, node-twitter-api-v2#469: 403, about:blank, no id in the answer.
        if any(p["sent"] == text for p in self.kept["posts"]):
            raise problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        made = {"id": self.new_id(), "sent": text, "media_ids": ids, "created_at": now(), **_shown(text, ids)}
        self.kept["posts"].append(made)
        self.keep()
        return {"data": {"id": made["id"], "text": made["text"], "edit_history_tweet_ids": [made["id"]]}}

    def delete(self, wanted: str) -> dict:
        kept = [p for p in self.kept["posts"] if p["id"] != wanted]
        if len(kept) == len(self.kept["posts"]):
            kind = "https://api.x.com/2/problems/resource-not-found"
            raise problem(404, "Not Found Error", "Could not find tweet.", kind)
        self.kept["posts"] = kept
        self.keep()
        return {"data": {"deleted": True}}

    def timeline(self, query: dict[str, str]) -> dict:
        size = int(query.get("max_results", "10"))
        if not 5 <= size <= 100:  # OpenAPI: minimum 5, maximum 100
            raise invalid("max_results: 5 to 100")
        start = query.get("start_time", "")
        if start and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", start):
            raise invalid("start_time")
        found = [p for p in reversed(self.kept["posts"]) if p["created_at"] >= start]
        first = int(query.get("pagination_token", "p0")[1:])
        fields = {"id", "text", "edit_history_tweet_ids", *query.get("tweet.fields", "").split(",")}
        page = [{k: v for k, v in p.items() if k in fields} for p in found[first : first + size]]
        meta = {"result_count": len(page)}
        if first + size < len(found):
            meta["next_token"] = f"p{first + size}"
        return {"data": page, "meta": meta} if page else {"meta": meta}

    def check_signature(self, method: str, path: str, query: str, header: str) -> None:
        """OAuth 1.0a, RFC 5849 section 3.4: the right key, a new nonce, the time, and HMAC-SHA1 over all of it."""
        unauthorized = problem(401, "Unauthorized", "Unauthorized")
        given = {unquote(k): unquote(v) for k, v in re.findall(r'([\w%.-]+)="([^"]*)"', header)}
        if not header.startswith("OAuth ") or set(given) != {f"oauth_{n}" for n in OAUTH}:
            raise unauthorized
        said = given.pop("oauth_signature")
        fresh = abs(time.time() - int(given["oauth_timestamp"])) < 300 and given["oauth_nonce"] not in self.nonces
        if not fresh or (given["oauth_consumer_key"], given["oauth_token"]) != (API_KEY, ACCESS_TOKEN):
            raise unauthorized
        self.nonces.add(given["oauth_nonce"])
        pairs = sorted((_esc(k), _esc(v)) for k, v in [*given.items(), *parse_qsl(query, keep_blank_values=True)])
        joined = "&".join(f"{k}={v}" for k, v in pairs)
        base = "&".join((method, _esc(SIGNED_FOR + path), _esc(joined))).encode()
        key = f"{_esc(API_SECRET)}&{_esc(ACCESS_SECRET)}".encode()
        if base64.b64encode(hmac.new(key, base, hashlib.sha1).digest()).decode() != said:
            raise unauthorized

    def route(self, request: Request) -> tuple[int, object]:
        path, asked = request.path, request.query
        self.check_signature(request.method, path, request.raw_query, request.headers.get("authorization", ""))
        if request.method == "POST" and path in BODIES:
            if request.headers.get("content-type") != "application/json" or asked:
                raise invalid("A JSON body and no query, please.")
            body = self.check_body(path, json.loads(request.body))
            if path == "/2/tweets":
                return 201, self.post(body)
            return 200, self.upload(body) if path == "/2/media/upload" else self.describe(body)
        if request.method == "DELETE" and (found := re.fullmatch(rf"/2/tweets/({ID})", path)):
            return 200, self.delete(found[1])
        if request.method == "GET" and path == "/2/users/me":
            _only(asked, "me")
            return 200, {"data": {"id": ME, "name": "Kantor", "username": "kantor"}}
        if request.method == "GET" and path == f"/2/users/{ME}/tweets":
            _only(asked, "timeline")
            return 200, self.timeline(asked)
        if request.method == "GET" and path == "/2/media/upload":
            _only(asked, "status")
            known = asked.get("media_id", "")
            if known not in self.media:
                raise invalid("There is no such media id.")
            return 200, {"data": {"id": known, "media_key": f"3_{known}", "expires_after_secs": 80000}}
        raise problem(404, "Not Found", "Not Found")


def _only(asked: dict[str, str], call: str) -> None:
    if set(asked) - QUERIES[call]:
        raise invalid(f"Unknown parameters: {sorted(set(asked) - QUERIES[call])}")


def _shown(text: str, ids: list[str]) -> dict:
    """The text as X gives it back: links through t.co, & < > escaped, a picture's link at the end."""
    urls, out, last = [], "", 0
    for found in extract_urls_with_indices(text):
        start, end = found["indices"]
        short = "https://t.co/" + hashlib.sha256(found["url"].encode()).hexdigest()[:10]
        full = found["url"] if "://" in found["url"] else f"http://{found['url']}"
        urls.append({"url": short, "expanded_url": full, "display_url": full.partition("://")[2][:26]})
        out += html.escape(text[last:start], quote=False) + short
        last = end
    out += html.escape(text[last:], quote=False)
    for media in ids:
        short = f"https://t.co/p{media[-9:]}"
        urls.append(
            {"url": short, "expanded_url": f"https://x.com/k/status/1/photo/{media}", "media_key": f"3_{media}"}
        )
        out += f" {short}"
    return {"text": out, "entities": {"urls": urls} if urls else {}}


def _esc(value: str) -> str:
    return quote(value, safe="-._~")


if __name__ == "__main__":
    main(X)
