"""A strict copy of LinkedIn for tests: `python tests/channels/fake_linkedin.py [PORT] [--store FILE]` prints its
address. What it answers beside LinkedIn's own calls stands in _fake.py; `/_set` takes {"version": "202610"}, the
oldest version that has not ended.

Like the real one it cuts a text silently at the first sign of its own language that stands bare.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from _fake import Fake, Problem, Request, main

TOKEN, PAGE = "fake-linkedin-token", "urn:li:organization:5515715"
ELEMENT = re.compile(
    r"\\([\\|{}@\[\]()<>#*_~])|\{hashtag\|\\#\|((?:\\_|[^|{}\\])*)\}|([^\\|{}@\[\]()<>#*_~])", re.DOTALL
)
FIELDS = {
    *("author", "commentary", "visibility", "distribution", "content", "lifecycleState"),
    *("isReshareDisabledByAuthor",),
}
ARTICLE = {"source", "title", "description", "thumbnail", "thumbnailAltText"}
FINDER = {"author", "q", "sortBy", "count", "start"}


def problem(status: int, message: str, code: str = "") -> Problem:
    headers = {"Retry-After": "2"} if status == 429 else {}
    return Problem(status, {"message": message, "status": status, **({"code": code} if code else {})}, headers)


def shown(commentary: str) -> str:
    """What readers get of little text."""
    out, at = "", 0
    while found := ELEMENT.match(commentary, at):
        out += found[1] or (f"#{found[2].replace(chr(92), '')}" if found[2] is not None else found[3])
        at = found.end()
    return out


class LinkedIn(Fake):
    """One page's posts and pictures, and the rules they must keep."""

    def __init__(self, store: Path | None) -> None:
        super().__init__(store)
        self.oldest = "202601"

    def empty(self) -> dict[str, Any]:
        return {"posts": [], "images": {}, "last": 6_844_785_523_593_134_000}

    def set(self, told: dict[str, Any]) -> None:
        self.oldest = told["version"]

    def call(self, request: Request) -> str:
        kind = request.headers.get("x-restli-method", "")
        return f"{request.method} {kind} {request.path}".replace("  ", " ")

    def posts(self) -> list[Any]:
        return [{**p, "shown": shown(p["commentary"])} for p in self.kept["posts"]]

    def fault(self, word: str) -> Problem:
        return problem(int(word), "…")

    def route(self, request: Request) -> tuple[int, object]:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            raise problem(401, "Invalid access token", "INVALID_ACCESS_TOKEN")
        if request.method == "PUT" and request.path.startswith("/dms-uploads/"):
            return self.put(request)
        version = request.headers.get("linkedin-version", "")
        if not re.fullmatch(r"20\d{4}", version) or request.headers.get("x-restli-protocol-version") != "2.0.0":
            raise problem(400, "A version must be present", "VERSION_MISSING")
        if version < self.oldest:
            raise problem(426, f"Requested version {version}01 is not active", "NONEXISTENT_VERSION")
        if request.path.startswith("/rest/images"):
            return self.images(request)
        return self.of_posts(request, request.headers.get("x-restli-method", ""))

    def images(self, request: Request) -> tuple[int, object]:
        if (request.method, request.path) == ("POST", "/rest/images"):
            return 200, self.begin(request)
        return 200, self.image(unquote(request.path.removeprefix("/rest/images/")))

    def of_posts(self, request: Request, method: str) -> tuple[int, object]:
        path = request.path
        if (request.method, path) == ("POST", "/rest/posts"):
            return 201, self.post(json.loads(request.body))
        if (request.method, path, method) == ("GET", "/rest/posts", "FINDER"):
            return 200, self.timeline(request.query)
        urn = unquote(path.removeprefix("/rest/posts/"))
        if (request.method, method) == ("POST", "PARTIAL_UPDATE"):
            return 204, self.update(urn, json.loads(request.body))
        if (request.method, method) == ("DELETE", "DELETE"):
            self.kept["posts"] = [p for p in self.kept["posts"] if p["id"] != urn]
            self.keep()
            return 204, {}
        raise problem(404, "No virtual resource found", "RESOURCE_NOT_FOUND")

    def begin(self, request: Request) -> dict[str, Any]:
        if request.query != {"action": "initializeUpload"}:
            raise problem(400, "action")
        if json.loads(request.body) != {"initializeUploadRequest": {"owner": PAGE}}:
            raise problem(403, "Not enough permissions to access", "ACCESS_DENIED")
        number = self.new_id()
        self.kept["images"][f"urn:li:image:{number}"] = "WAITING_UPLOAD"
        self.keep()
        host = request.headers["host"]
        return {"value": {"image": f"urn:li:image:{number}", "uploadUrl": f"http://{host}/dms-uploads/{number}/0?ca=x"}}

    def put(self, request: Request) -> tuple[int, object]:
        urn = f"urn:li:image:{request.path.split('/')[2]}"
        if urn not in self.kept["images"] or request.raw_query != "ca=x":
            raise problem(404, "no such upload")
        if not request.body.startswith((b"\xff\xd8", b"\x89PNG", b"GIF8")):
            raise problem(400, "no picture")
        self.kept["images"][urn] = "AVAILABLE"
        self.keep()
        return 201, {}

    def image(self, urn: str) -> dict[str, Any]:
        if urn not in self.kept["images"]:
            raise problem(404, "Could not find entity", "RESOURCE_NOT_FOUND")
        return {"id": urn, "owner": PAGE, "status": self.kept["images"][urn]}

    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        if set(body) - FIELDS or body.get("author") != PAGE or body.get("lifecycleState") != "PUBLISHED":
            raise problem(422, f"fields: {sorted(set(body) ^ FIELDS)}")
        if body["visibility"] != "PUBLIC" or body["distribution"].get("feedDistribution") != "MAIN_FEED":
            raise problem(422, "visibility or distribution")
        if len(body["commentary"]) > 3000:
            raise problem(422, "commentary is longer than 3000")
        self.check_content(body.get("content"))
        same = [p for p in self.kept["posts"] if p["commentary"] == body["commentary"]]
        if same:
            raise problem(422, f"Content is a duplicate of {same[0]['id']}", "DUPLICATE_POST")
        urn, moment = f"urn:li:share:{self.new_id()}", int(time.time() * 1000)
        self.kept["posts"].append({**body, "id": urn, "createdAt": moment, "publishedAt": moment})
        self.keep()
        raise Made(urn)

    def check_content(self, content: dict[str, Any] | None) -> None:
        if content is None:
            return
        if set(content) == {"article"}:
            card = content["article"]
            if set(card) - ARTICLE or not card.get("title") or len(card["title"]) > 400:
                raise problem(422, "article")
            image = card.get("thumbnail")
        elif set(content) == {"media"}:
            image = content["media"]["id"]
        else:
            raise problem(422, "content")
        if image and self.kept["images"].get(image) != "AVAILABLE":
            raise problem(400, f"Image {image} is not there")

    def update(self, urn: str, body: dict[str, Any]) -> dict[str, Any]:
        known = next((p for p in self.kept["posts"] if p["id"] == urn), None)
        if known is None:
            raise problem(404, "Could not find entity", "RESOURCE_NOT_FOUND")
        change = body["patch"]["$set"]
        if set(change) != {"commentary"} or set(body) != {"patch"} or set(body["patch"]) != {"$set"}:
            raise problem(422, "only the text can be changed")
        known["commentary"] = change["commentary"]
        self.keep()
        return {}

    def timeline(self, asked: dict[str, str]) -> dict[str, Any]:
        if set(asked) - FINDER or (asked.get("author"), asked.get("q")) != (PAGE, "author"):
            raise problem(400, "parameters")
        start, count = int(asked.get("start", 0)), int(asked.get("count", 10))
        if not 1 <= count <= 100:
            raise problem(400, "count")
        newest = self.kept["posts"][::-1]
        return {"paging": {"start": start, "count": count}, "elements": newest[start : start + count]}


class Made(Problem):
    """A post that was made: its id stands in a header, and there is no body."""

    def __init__(self, urn: str) -> None:
        super().__init__(201, {}, {"x-restli-id": urn})


if __name__ == "__main__":
    main(LinkedIn)
