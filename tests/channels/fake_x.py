"""A strict copy of X for tests: `python tests/channels/fake_x.py [PORT] [--store FILE]` prints its address.

It keeps posts in memory, and in FILE when one is given, so that it can be killed and started again. A request
that the real X would refuse is refused here too; where KENTONGAN_SPECS names a folder with X's OpenAPI file,
bodies are checked against that as well. Beside X's own calls it answers
  GET  /_posts   what it holds, oldest first
  GET  /_calls   every request it saw: method and path
  POST /_faults  {"on": "POST /2/tweets", "do": ["lost", "503", "act-503", "429", …]}: what to do with the next
                 requests of that kind, one word each; "lost" acts and cuts the line, "act-503" acts and then says 503,
                 "cut" cuts without acting, "" behaves, any number is that status without acting
"""

from __future__ import annotations

import argparse
import base64
import binascii
import contextlib
import hashlib
import hmac
import html
import json
import os
import re
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

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


class Problem(Exception):
    """An answer that is not well: RFC 9457, as X gives it."""

    def __init__(self, status: int, title: str, detail: str, kind: str = "about:blank") -> None:
        super().__init__(detail)
        self.status = status
        self.body = {"type": kind, "title": title, "status": status, "detail": detail}


def invalid(detail: str) -> Problem:
    return Problem(400, "Invalid Request", detail, "https://api.x.com/2/problems/invalid-request")


class X:
    """The account's posts and pictures, and the rules they must keep."""

    def __init__(self, store: Path | None) -> None:
        self.lock = threading.Lock()
        self.store = store
        self.calls: list[str] = []
        self.faults: dict[str, list[str]] = {}
        self.nonces: set[str] = set()
        self.spec = _spec()
        kept = json.loads(store.read_text(encoding="utf-8")) if store and store.exists() else {}
        self.posts: list[dict] = kept.get("posts", [])
        self.media: dict[str, dict] = kept.get("media", {})
        self.last = kept.get("last", 1_900_000_000_000_000_000)

    def keep(self) -> None:
        if self.store:
            spare = self.store.with_suffix(".new")
            spare.write_text(
                json.dumps({"posts": self.posts, "media": self.media, "last": self.last}), encoding="utf-8"
            )
            spare.replace(self.store)

    def new_id(self) -> str:
        self.last += 1
        return str(self.last)

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
            raise Problem(400, "Invalid Request", "The text is too long or holds invalid characters.")
        if "media" in body and not 1 <= len(ids) <= 4:  # OpenAPI: minItems 1, maxItems 4
            raise invalid("media_ids: 1 to 4")
        if any(not isinstance(i, str) or not re.fullmatch(ID, i) or i not in self.media for i in ids):
            raise invalid("Your media IDs are invalid.")
        # iembot#163, node-twitter-api-v2#469: 403, about:blank, no id in the answer.
        if any(p["sent"] == text for p in self.posts):
            raise Problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        made = {"id": self.new_id(), "sent": text, "media_ids": ids, "created_at": _now(), **_shown(text, ids)}
        self.posts.append(made)
        self.keep()
        return {"data": {"id": made["id"], "text": made["text"], "edit_history_tweet_ids": [made["id"]]}}

    def delete(self, wanted: str) -> dict:
        kept = [p for p in self.posts if p["id"] != wanted]
        if len(kept) == len(self.posts):
            kind = "https://api.x.com/2/problems/resource-not-found"
            raise Problem(404, "Not Found Error", "Could not find tweet.", kind)
        self.posts = kept
        self.keep()
        return {"data": {"deleted": True}}

    def timeline(self, query: dict[str, str]) -> dict:
        size = int(query.get("max_results", "10"))
        if not 5 <= size <= 100:  # OpenAPI: minimum 5, maximum 100
            raise invalid("max_results: 5 to 100")
        start = query.get("start_time", "")
        if start and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", start):
            raise invalid("start_time")
        found = [p for p in reversed(self.posts) if p["created_at"] >= start]
        first = int(query.get("pagination_token", "p0")[1:])
        fields = {"id", "text", "edit_history_tweet_ids", *query.get("tweet.fields", "").split(",")}
        page = [{k: v for k, v in p.items() if k in fields} for p in found[first : first + size]]
        meta = {"result_count": len(page)}
        if first + size < len(found):
            meta["next_token"] = f"p{first + size}"
        return {"data": page, "meta": meta} if page else {"meta": meta}

    def check_signature(self, method: str, path: str, query: str, header: str) -> None:
        """OAuth 1.0a, RFC 5849 section 3.4: the right key, a new nonce, the time, and HMAC-SHA1 over all of it."""
        unauthorized = Problem(401, "Unauthorized", "Unauthorized")
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


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    x: X

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.handle_any()

    do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815 - http.server's names

    def handle_any(self) -> None:
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        with self.x.lock:
            if url.path.startswith("/_"):
                return self.answer(200, self.control(url.path, raw))
            call = f"{self.command} {url.path}"
            self.x.calls.append(call)
            waiting = self.x.faults.get(call) or self.x.faults.get(re.sub(ID, "{id}", call)) or []
            fault = waiting.pop(0) if waiting else ""
            if fault == "cut":
                return self.cut()
            if fault.isdigit():
                return self.fail(int(fault))
            try:
                status, body = self.route(url.path, url.query, raw)
            except Problem as problem:
                status, body = problem.status, problem.body
            if fault == "lost":
                return self.cut()
            if fault.startswith("act-"):
                return self.fail(int(fault[4:]))
            return self.answer(status, body)

    def route(self, path: str, query: str, raw: bytes) -> tuple[int, dict]:
        self.x.check_signature(self.command, path, query, self.headers.get("authorization", ""))
        asked = dict(parse_qsl(query, keep_blank_values=True))
        if self.command == "POST" and path in BODIES:
            if self.headers.get("content-type") != "application/json" or asked:
                raise invalid("A JSON body and no query, please.")
            body = self.x.check_body(path, json.loads(raw))
            if path == "/2/tweets":
                return 201, self.x.post(body)
            return 200, self.x.upload(body) if path == "/2/media/upload" else self.x.describe(body)
        if self.command == "DELETE" and (found := re.fullmatch(rf"/2/tweets/({ID})", path)):
            return 200, self.x.delete(found[1])
        if self.command == "GET" and path == "/2/users/me":
            _only(asked, "me")
            return 200, {"data": {"id": ME, "name": "Kantor", "username": "kantor"}}
        if self.command == "GET" and path == f"/2/users/{ME}/tweets":
            _only(asked, "timeline")
            return 200, self.x.timeline(asked)
        if self.command == "GET" and path == "/2/media/upload":
            _only(asked, "status")
            known = asked.get("media_id", "")
            if known not in self.x.media:
                raise invalid("There is no such media id.")
            return 200, {"data": {"id": known, "media_key": f"3_{known}", "expires_after_secs": 80000}}
        raise Problem(404, "Not Found", "Not Found")

    def control(self, path: str, raw: bytes) -> object:
        if path == "/_posts":
            alts = self.x.media
            return [{**p, "alt": [alts[i]["alt"] for i in p["media_ids"]]} for p in self.x.posts]
        if path == "/_calls":
            return self.x.calls
        if path == "/_faults":
            told = json.loads(raw)
            self.x.faults[told["on"]] = list(told["do"])
        return {}

    def fail(self, status: int) -> None:
        headers = {"x-rate-limit-reset": str(int(time.time()) + 2)} if status == 429 else {}
        self.answer(status, {"type": "about:blank", "title": "Fault", "status": status, "detail": "As told."}, headers)

    def answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(content)

    def cut(self) -> None:
        self.close_connection = True
        self.connection.close()


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
        urls.append({"url": short, "expanded_url": full, "display_url": full[8:30]})
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


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _esc(value: str) -> str:
    return quote(value, safe="-._~")


def _spec() -> dict | None:
    folder = os.environ.get("KENTONGAN_SPECS")
    path = Path(folder) / "x-api-v2-openapi.json" if folder else None
    return json.loads(path.read_text(encoding="utf-8")) if path and path.exists() else None


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", nargs="?", type=int, default=0)
    parser.add_argument("--store", type=Path)
    args = parser.parse_args()
    Handler.x = X(args.store)
    server = ThreadingHTTPServer(("127.0.0.1", args.port), Handler)
    server.daemon_threads = True
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
