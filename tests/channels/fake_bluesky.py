"""A strict copy of a Bluesky server for tests: `python tests/channels/fake_bluesky.py [PORT] [--store FILE]` prints
its address. What it answers beside Bluesky's own calls stands in _fake.py; `/_set` takes {"expire": "access"} or
{"expire": "all"}, which ends the keys it has given out.

It is stricter than the real one in one thing: a facet beyond the text is refused here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import datetime
from typing import Any

import regex
from _fake import Fake, Problem, Request, main

DID, HANDLE, PASSWORD = "did:plc:fakekantor", "kantor.bsky.social", "fake-app-password"
POST = "app.bsky.feed.post"
TID = re.compile(r"^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$")  # atproto.com/specs/tid
FIELDS = {"$type", "text", "createdAt", "langs", "facets", "embed"}
CALLS = {
    "com.atproto.server.createSession": "POST",
    "com.atproto.server.refreshSession": "POST",
    "com.atproto.repo.uploadBlob": "POST",
    "com.atproto.repo.putRecord": "POST",
    "com.atproto.repo.getRecord": "GET",
    "com.atproto.repo.deleteRecord": "POST",
}


def problem(status: int, error: str, message: str = "…") -> Problem:
    headers = {"retry-after": "2"} if status == 429 else {}
    return Problem(status, {"error": error, "message": message}, headers)


def invalid(message: str) -> Problem:
    return problem(400, "InvalidRequest", message)


class Bluesky(Fake):
    """One account's posts and pictures, its keys, and the rules they must keep."""

    def empty(self) -> dict[str, Any]:
        return {"records": {}, "blobs": {}, "access": [], "refresh": [], "expired": [], "last": 0}

    def call(self, request: Request) -> str:
        return request.path.removeprefix("/xrpc/").rsplit(".", 1)[-1]

    def posts(self) -> list[Any]:
        return [{"rkey": rkey, **record} for rkey, record in self.kept["records"].items()]

    def set(self, told: dict[str, Any]) -> None:
        names = ("access",) if told["expire"] == "access" else ("access", "refresh")
        for name in names:
            self.kept["expired"] += self.kept[name]
            self.kept[name] = []

    def fault(self, word: str) -> Problem:
        named = {"400": "ExpiredToken", "401": "AuthMissing", "429": "RateLimitExceeded"}
        return problem(int(word), named.get(word, "InternalServerError"))

    def route(self, request: Request) -> tuple[int, object]:
        nsid = request.path.removeprefix("/xrpc/")
        if CALLS.get(nsid) != request.method:
            raise problem(404, "XRPCNotSupported")
        if nsid.endswith("createSession"):
            return 200, self.login(json.loads(request.body))
        if nsid.endswith("refreshSession"):
            self.authorize(request, "refresh")
            return 200, self.session()
        if nsid.endswith("getRecord"):
            return 200, self.get(request.query)
        self.authorize(request, "access")
        if nsid.endswith("uploadBlob"):
            return 200, {"blob": self.upload(request)}
        if request.headers.get("content-type") != "application/json":
            raise invalid("Request encoding (Content-Type) required but not provided")
        body = json.loads(request.body)
        return 200, self.put(body) if nsid.endswith("putRecord") else self.delete(body)

    def login(self, body: dict[str, Any]) -> dict[str, Any]:
        if (body.get("identifier"), body.get("password")) != (HANDLE, PASSWORD):
            raise problem(401, "AuthenticationRequired", "Invalid identifier or password")
        return self.session()

    def session(self) -> dict[str, Any]:
        number = self.new_id()
        made = {"accessJwt": f"access-{number}", "refreshJwt": f"refresh-{number}"}
        self.kept["access"].append(made["accessJwt"])
        self.kept["refresh"].append(made["refreshJwt"])
        self.keep()
        return {"did": DID, "handle": HANDLE, "active": True, **made}

    def authorize(self, request: Request, kind: str) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise problem(401, "AuthMissing", "Authentication Required")
        if token in self.kept["expired"]:
            raise problem(400, "ExpiredToken", "Token has expired")
        if token not in self.kept[kind]:
            raise problem(400, "InvalidToken", "Token could not be verified")

    def upload(self, request: Request) -> dict[str, Any]:
        if not request.headers.get("content-type", "").startswith("image/"):
            raise invalid("mime type")
        digest = hashlib.sha256(request.body).digest()
        cid = "b" + base64.b32encode(b"\x01\x55\x12\x20" + digest).decode().lower().rstrip("=")
        blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": request.headers["content-type"]}
        self.kept["blobs"][cid] = {**blob, "size": len(request.body)}
        self.keep()
        return self.kept["blobs"][cid]

    def get(self, asked: dict[str, str]) -> dict[str, Any]:
        place(asked)
        record = self.kept["records"].get(asked["rkey"])
        if record is None:
            raise problem(400, "RecordNotFound", "Could not locate record")
        return {"uri": f"at://{DID}/{POST}/{asked['rkey']}", "cid": digest(record), "value": record}

    def put(self, body: dict[str, Any]) -> dict[str, Any]:
        place(body)
        self.check(body.get("record"))
        said = {"uri": f"at://{DID}/{POST}/{body['rkey']}", "cid": digest(body["record"])}
        if self.kept["records"].get(body["rkey"]) == body["record"]:
            return said  # the same again: nothing is written, and no commit is named
        self.kept["records"][body["rkey"]] = body["record"]
        self.keep()
        return {**said, "commit": {"cid": "bafyreib", "rev": "3lbzcccccccc2"}, "validationStatus": "valid"}

    def delete(self, body: dict[str, Any]) -> dict[str, Any]:
        place(body)
        self.kept["records"].pop(body["rkey"], None)
        self.keep()
        return {}

    def check(self, record: Any) -> None:
        """The lexicon app.bsky.feed.post."""
        if not isinstance(record, dict) or record.get("$type") != POST or set(record) - FIELDS:
            raise invalid("record")
        text = record["text"]
        if len(regex.findall(r"\X", text)) > 300 or len(text.encode()) > 3000:
            raise invalid("Record/text must not be longer than 300 graphemes")
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["createdAt"]):
            raise invalid("createdAt")
        datetime.fromisoformat(record["createdAt"])
        if not 1 <= len(record.get("langs", [""])) <= 3:
            raise invalid("langs")
        for facet in record.get("facets", []):
            self.check_facet(facet, text.encode())
        if "embed" in record:
            self.check_embed(record["embed"])

    def check_facet(self, facet: dict[str, Any], text: bytes) -> None:
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        if not 0 <= start < end <= len(text):
            raise invalid("a facet beyond the text")
        said = text[start:end].decode()  # a facet inside of a letter is no text
        for feature in facet["features"]:
            kind = feature["$type"].removeprefix("app.bsky.richtext.facet#")
            if kind == "link" and said == feature["uri"]:
                continue
            if kind == "tag" and said == f"#{feature['tag']}" and len(feature["tag"].encode()) <= 640:
                continue
            raise invalid(f"a facet over other words: {said}")

    def check_embed(self, embed: dict[str, Any]) -> None:
        if embed["$type"] == "app.bsky.embed.external":
            card = embed["external"]
            if set(card) - {"uri", "title", "description", "thumb"} or {"uri", "title", "description"} - set(card):
                raise invalid("external")
            if "thumb" in card:
                self.check_blob(card["thumb"], 1_000_000)
        elif embed["$type"] == "app.bsky.embed.images":
            if not 1 <= len(embed["images"]) <= 4:
                raise invalid("images")
            for image in embed["images"]:
                if set(image) != {"image", "alt"}:
                    raise invalid("image")
                self.check_blob(image["image"], 2_000_000)
        else:
            raise invalid("embed")

    def check_blob(self, blob: dict[str, Any], most: int) -> None:
        known = self.kept["blobs"].get(blob["ref"]["$link"])
        if known != blob:
            raise problem(400, "BlobNotFound", "Could not find blob")
        if blob["size"] > most:
            raise invalid("This file is too large.")


def place(asked: dict[str, Any]) -> None:
    if asked.get("repo") != DID or asked.get("collection") != POST:
        raise invalid("repo or collection")
    if not TID.match(asked.get("rkey", "")):
        raise invalid("Record key is no TID")


def digest(record: dict[str, Any]) -> str:
    return "bafyrei" + hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:52]


if __name__ == "__main__":
    main(Bluesky)
