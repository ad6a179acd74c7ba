"""Notice board on this computer: every post as a follower would see it, one page each; reaches nobody outside."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher import text
from publisher.channels import Renew, Setup
from publisher.channels._pictures import picture
from publisher.channels._words import Wording, excess, word
from publisher.errors import Held, Refused
from publisher.manifest import Record
from publisher.messages import msg, translator
from publisher.post import Limits, Once, Post, Receipt
from publisher.settings.check import Section

if TYPE_CHECKING:
    from jinja2 import Environment

# Our own choice: a sheet that somebody reads standing holds about 1,000 characters.
LIMITS = Limits(
    characters=1000, measure=text.graphemes, pictures=1, picture_bytes=20 * 1024 * 1024, alt_characters=1500
)
SECRETS = ()
FOLDER = "noticeboard"
TEMPLATES = "_noticeboard"
SHEET = 100  # posts on one page of the list


class Options(Section):
    """The notice board has no keys of its own."""


class Channel:
    """A folder of pages. A key makes one page, for ever; the page is written last, so it tells that all is done."""

    real = False
    once = Once.KEY
    limits = LIMITS

    def __init__(
        self, setup: Setup, options: Options, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.name = setup.name
        self.network = setup.network
        self.folder = setup.state / FOLDER
        self._zone = setup.zone
        self._lang = setup.lang
        self._clock = clock
        self._wording = Wording.of(setup, LIMITS)

    def compose(self, record: Record) -> Post:
        """Text, link and card, as any other channel words them."""
        return word(record, self._wording)

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long."""
        return excess(record, self._wording)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """Copies the pictures beside the pages, under names made of their content."""
        ready: dict[str, str] = {}
        for media in post.media:
            renew()
            content = picture(site, media, limits=LIMITS, channel=self.name)
            name = f"gambar/{hashlib.sha256(content).hexdigest()[:20]}{Path(media.path).suffix}"
            if not (self.folder / name).exists():
                self._put(name, content)
            ready[media.path] = name
        return ready

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Writes the page and lists it; the same key again changes nothing."""
        name = page_name(key)
        with self._lock():
            done = self._receipt(name)
            return done or self._write(name, post, media, key, self._clock())

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """The receipt of the page of ``key``, if it has been written."""
        return self._receipt(page_name(key))

    def edit(self, remote_id: str, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Writes the page anew, under its old name and time."""
        with self._lock():
            sheet = self._listed(remote_id, self._sheets())
            if not sheet:
                raise Refused(msg("The post is no longer at {channel}.", channel=self.name), detail=remote_id)
            known = next(e for e in self._entries(sheet) if e["name"] == remote_id)
            at = datetime.fromisoformat(known["at"])
            return self._write(remote_id, post, media, known["key"], at, sheet)

    def withdraw(self, remote_id: str) -> None:
        """Removes the page and its line in the list."""
        with self._lock():
            sheet = self._listed(remote_id, self._sheets())
            if sheet:
                self._list(sheet, [e for e in self._entries(sheet) if e["name"] != remote_id])
            self._remove(self._page(remote_id))

    def _write(
        self, name: str, post: Post, media: Mapping[str, str], key: str, at: datetime, sheet: str = ""
    ) -> Receipt:
        """Lists the post, then writes its page. ``sheet`` is where it is listed already, if it is."""
        entry = {"name": name, "key": key, "at": at.isoformat(), "opening": post.text.split("\n", 1)[0][:120]}
        sheet = sheet or self._listed(name, self._sheets()[:2]) or self._sheet_with_room()
        others = self._entries(sheet)
        known = any(e["name"] == name for e in others)
        self._list(sheet, [entry if e["name"] == name else e for e in others] if known else [*others, entry])
        page = self._render("post.html", post=post, media=media, key=key, at=at, counts=self._counts(post), entry=entry)
        self._put(f"{name}.html", page, last=True)
        return Receipt(name, self._page(name).as_uri(), at)

    def _listed(self, name: str, sheets: Iterable[str]) -> str:
        """The one of ``sheets`` that lists ``name``, "" when none does."""
        return next((s for s in sheets if any(e["name"] == name for e in self._entries(s))), "")

    def _receipt(self, name: str) -> Receipt | None:
        if not self._page(name).exists():
            return None
        entry = self._entry(name)
        return Receipt(name, self._page(name).as_uri(), datetime.fromisoformat(entry["at"]) if entry else None)

    def _page(self, name: str) -> Path:
        return self.folder / f"{name}.html"

    def _counts(self, post: Post) -> dict[str, int]:
        return {
            "characters": LIMITS.measure(post.text),
            "limit": LIMITS.characters,
            "words": len(post.text.split()),
            "bytes": text.size(post.text),
        }

    def _entry(self, name: str) -> dict[str, str] | None:
        return next((e for s in self._sheets() for e in self._entries(s) if e["name"] == name), None)

    def _sheets(self) -> list[str]:
        """The sheets of the list, the newest first."""
        return sorted((p.stem for p in self.folder.glob("daftar-*.json")), reverse=True)

    def _sheet_with_room(self) -> str:
        newest = next(iter(self._sheets()), "daftar-00001")
        full = len(self._entries(newest)) >= SHEET
        return f"daftar-{int(newest.removeprefix('daftar-')) + 1:05}" if full else newest

    def _entries(self, sheet: str) -> list[dict[str, str]]:
        path = self.folder / f"{sheet}.json"
        try:
            found: list[dict[str, str]] = json.loads(path.read_bytes()) if path.exists() else []
        except (OSError, ValueError) as fault:
            raise self._held(fault) from fault
        return found

    def _list(self, sheet: str, entries: list[dict[str, str]]) -> None:
        """Writes a sheet of the list, and the index when it is the newest."""
        self._put(f"{sheet}.json", json.dumps(entries, ensure_ascii=False, indent=1).encode())
        sheets = self._sheets()
        shown = [{**e, "at": datetime.fromisoformat(e["at"])} for e in reversed(entries)]
        page = self._render("list.html", sheet=sheet, sheets=sheets, entries=shown)
        self._put(f"{sheet}.html", page)
        if sheet == sheets[0]:
            self._put("index.html", page)

    def _render(self, template: str, **values: Any) -> bytes:
        made = _templates().get_template(template)
        said = made.render(_=translator(self._lang), lang=self._lang, when=self._when, name=self.name, **values)
        return said.encode()

    def _when(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%d-%m-%Y %H.%M %Z")

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as fault:
            raise self._held(fault) from fault

    def _put(self, name: str, content: bytes, *, last: bool = False) -> None:
        """Writes a file of the board whole or not at all; the ``last`` one is on disk when this returns."""
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, spare = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    if last:
                        file.flush()
                        os.fsync(file.fileno())
                _replace(spare, path)
            finally:
                Path(spare).unlink(missing_ok=True)
        except OSError as fault:
            raise self._held(fault) from fault

    def _held(self, fault: Exception) -> Held:
        return Held(
            msg(
                "The notice board cannot use its folder {folder}: {detail}.", folder=str(self.folder), detail=str(fault)
            ),
            detail=str(fault),
        )

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One writer at a time: the list is read, then written."""
        from filelock import FileLock

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / ".lock", timeout=20)
            lock.acquire()
        except OSError as fault:  # filelock's Timeout is one
            raise self._held(fault) from fault
        try:
            yield
        finally:
            lock.release()


def page_name(key: str) -> str:
    """The page of a delivery: what can be read of its key, and what makes it the only one."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-")[:60]
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:10]}".lstrip("-")


@lru_cache(maxsize=1)
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent / TEMPLATES
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _replace(source: str, target: Path) -> None:
    """A rename, tried again while Windows lets another program keep the file open."""
    for left in range(20, -1, -1):
        try:
            Path(source).replace(target)
        except PermissionError:
            if os.name != "nt" or left == 0:
                raise
            time.sleep(0.05)
        else:
            return
