"""Makes every picture anew for the public site, and copies what texts offer to download."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from pelican import Pelican, signals

from plugins._convert import Run, run_of
from plugins.reader import store
from publisher import pictures
from publisher.article import Article, Page, Picture, Shown, Status, picture_path, plain_name
from publisher.build.addresses import Record
from publisher.build.derived import code_digest, derived, digest, file_digest
from publisher.build.html import Attributes, swap_tags
from publisher.errors import ContentFault
from publisher.messages import msg

TYPE = "image/jpeg"


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(make)


def make(pelican: Pelican) -> None:
    """Makes the pictures of every text that gets a page, and copies its attachments."""
    run = run_of(pelican.settings)
    if run is None:
        return
    maker = Maker(run)
    for record in tuple(run.records.values()):
        if not (isinstance(record, Article) and record.status is Status.WITHDRAWN):
            _picture_text(run, maker, record)
            _picture_article(run, maker, record.path)
    for address, source in run.files.items():
        _copy(run.order.settings.content / source, run.staging.site / address)


class Maker:
    """Makes each picture of a build once, or takes it from the cache."""

    def __init__(self, run: Run) -> None:
        self.content = run.order.settings.content
        self.cache = run.order.settings.state / "cache" / "pictures"
        self.site = run.staging.site
        self.made: dict[str, Shown] = {}
        self.digests: dict[str, str] = {}
        self._owners: dict[str, str] = {}
        self._code = code_digest(Path(pictures.__file__))

    def shown(self, source: str) -> Shown:
        """The public picture made of the content file ``source``. Raises ContentFault for one that is
        missing or no picture."""
        if source not in self.made:
            self.made[source] = self._make(source)
        return self.made[source]

    def _make(self, source: str) -> Shown:
        path = picture_path(source)
        if self._owners.setdefault(path, source) != source:
            raise ContentFault(
                msg("Two pictures differ by their ending only: {one} and {two}.", one=self._owners[path], two=source)
            )
        file = self.content / source
        if not file.is_file():
            raise ContentFault(msg("There is no picture “{path}”; check the name.", path=source))
        self.digests[source] = file_digest(file)

        def draw(target: Path) -> dict[str, Any]:
            shown = pictures.make(file, target, path)
            return {"width": shown.width, "height": shown.height, "bytes": shown.bytes}

        made, facts = derived(self.cache, digest(self._code, self.digests[source]), draw)
        _copy(made, self.site / path)
        return Shown(path, TYPE, **facts)


def _picture_text(run: Run, maker: Maker, record: Record) -> None:
    """Puts the public pictures into a text; one that cannot be made is left out with a finding."""

    def swap(name: str, attributes: Attributes) -> Attributes | None:
        given = attributes.get("src")
        source = run.links.picture(given, record.path) if given else None
        if given is None or source is None:
            return attributes
        shown = _shown(run, maker, record, source, run.line_of(record, given))
        if shown is None:
            return None
        size = {"width": str(shown.width), "height": str(shown.height)}
        return {**attributes, "src": run.site.address(shown.path), **size, "loading": "lazy", "decoding": "async"}

    html = run.raw[record.path] if isinstance(record, Page) else record.html
    new = swap_tags(html, ("img",), swap)
    if new != html:
        store(run, record, new)


def _picture_article(run: Run, maker: Maker, path: str) -> None:
    """Gives an article its public photo and the public names of its attachments, below "berkas/"."""
    record = run.records[path]
    if not isinstance(record, Article):
        return
    files = run.digests.setdefault(path, {})
    for source in record.attachments:
        run.offer(source, record)
        files[source] = file_digest(run.order.settings.content / source)
    photo = _photo(run, maker, record, record.picture) if record.picture else None
    run.records[path] = replace(record, photo=photo, attachments=tuple(map(plain_name, record.attachments)))


def _photo(run: Run, maker: Maker, record: Article, picture: Picture) -> Shown | None:
    shown = _shown(run, maker, record, picture.path, record.line("image"))
    return replace(shown, alt=picture.alt) if shown else None


def _shown(run: Run, maker: Maker, record: Record, source: str, line: int) -> Shown | None:
    try:
        shown = maker.shown(source)
    except ContentFault as fault:
        run.find("picture", "error", fault.message, record.path, line)
        return None
    run.digests.setdefault(record.path, {})[source] = maker.digests[source]
    return shown


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
