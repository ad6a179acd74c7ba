"""Which pages may vanish from the live site, and who has to say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from publisher.article import Status
from publisher.errors import ContentFault
from publisher.manifest import Manifest, Record
from publisher.messages import msg

STAYS = frozenset({Status.HIDDEN.value, Status.WITHDRAWN.value})


def removals(previous: Manifest | None, current: Manifest) -> tuple[Record, ...]:
    """The published pages of ``previous`` that ``current`` no longer has at their address.

    None of these: a new address with the old one in ``former`` (it becomes a redirect), a hidden article
    (its page stays) and a withdrawn one (its page becomes a notice).
    """
    if previous is None:
        return ()
    kept = {_bare(r.page) for r in current.records if r.public or r.status in STAYS}
    led = {path for r in current.records for path in _former(r)}
    return tuple(r for r in previous.public() if _bare(r.page) not in kept | led)


def check_removals(previous: Manifest | None, current: Manifest, confirmed: Collection[str] = ()) -> None:
    """Raises ContentFault unless a person confirmed, by id, every page that would vanish. A page whose file
    cannot be read can be confirmed by nobody: the file is mended, or deleted first."""
    vanishing = removals(previous, current)
    broken = [r for r in vanishing if r.path in current.unreadable]
    if broken:
        raise ContentFault(
            msg(
                "These articles are on the site but their files can no longer be read: {files}. "
                "Nothing was deployed; mend them first (`kentongan check` says how).",
                files=_listed(r.path for r in broken),
            ),
            where=broken[0].path,
        )
    open_ = [r for r in vanishing if r.id not in confirmed and r.page not in confirmed]
    if open_:
        raise ContentFault(
            msg(
                "These articles would vanish from the site: {articles}. Nothing was deployed. If that is meant, "
                "say so with {option}; if only the address changed, write the old slug under former; "
                "to take an article back with a notice, set status: withdrawn.",
                articles=_listed(f"{r.title} ({r.path})" for r in open_),
                option=" ".join(f"--remove {r.id}" for r in open_),
            ),
            where=open_[0].path,
        )


def check_strangers(pages: Iterable[str], previous: Manifest | None, confirmed: Collection[str] = ()) -> None:
    """Raises ContentFault for pages of articles that the target's list has, this build has not, and the last
    deploy from here knew nothing of: another computer put them there."""
    records = previous.records if previous else ()
    judged = {_bare(r.page) for r in records} | {path for r in records for path in _former(r)}
    strange = [p for p in pages if _bare(p) not in judged and p not in confirmed]
    if strange:
        raise ContentFault(
            msg(
                "The site has articles that are not in this folder: {pages}. Nothing was deployed. Fetch the newest "
                "content first; if they are to vanish from the site, say so with {option}.",
                pages=_listed(strange),
                option=" ".join(f"--remove {p}" for p in strange),
            )
        )


def _former(record: Record) -> Iterable[str]:
    """The old addresses of ``record``, whether written as slugs or as paths."""
    above = _bare(record.page).rpartition("/")[0]
    for old in record.former:
        bare = _bare(old)
        yield bare if "/" in bare else f"{above}/{bare}"


def _bare(page: str) -> str:
    return page.removesuffix("index.html").strip("/")


def _listed(names: Iterable[str]) -> str:
    return "; ".join(names)
