"""Draws the cards of each public article, of the services and of the site, on all cores; one that is drawn already
costs nothing.

Every article gets the card that links unfold into. The upright sizes are for channels and for people who
post by hand, which happens while news is new: they are made for articles of the last month and for those
that name a channel in their front matter, so that an archive of years costs one small file an article.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from pelican import Pelican, signals

from plugins._cards import SECONDS, Job, hand, jobs, made, work
from plugins._convert import Run, run_of
from plugins._pictures import hand as pictures_hand
from publisher.article import CARD_SIZES, ICON, Article, Shown, Status, card_path
from publisher.build import sets
from publisher.build.addresses import record_path
from publisher.build.cores import each
from publisher.build.derived import digest
from publisher.build.light import Light
from publisher.cards import draw
from publisher.cards.draw import OG_SIZE
from publisher.cards.logo import Logo, read
from publisher.errors import ContentFault, SettingsFault
from publisher.icon import SIZE
from publisher.messages import msg
from publisher.settings import OFFICE_FILE

TYPE = "image/jpeg"
RECENT = timedelta(days=31)
SIGN = "card.jpg"  # in the folder of its page


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(make)


def make(pelican: Pelican) -> None:
    """Makes the cards of the articles that others may unfold: published ones; of drafts too in a preview."""
    run = run_of(pelican.settings)
    if run is None:
        return
    logo, by = _logo(run), hand()
    new = (article for article in run.articles() if not isinstance(article, Light))
    orders = tuple(order for article in new for order in _order(run, article, logo, by))
    signs = tuple(_signs(run, logo, by))
    _draw(run, [*(job for order in orders for job in order.jobs), *(sign.job for sign in signs)])
    for sign in signs:
        card, path = made(sign.job), f"{sign.page}{SIGN}"
        run.put(card, path)
        run.cards[sign.page] = Shown(path, TYPE, *CARD_SIZES[OG_SIZE], card.size, alt=sign.alt)
    run.cards.setdefault("", Shown(ICON, "image/png", SIZE, SIZE, 0, alt=run.site.office))
    for order in orders:
        path = order.article.path
        try:
            shown = {job.size: _placed(run, order.article, job) for job in order.jobs}
        except ContentFault as fault:
            run.find("card", "error", fault.message, path, order.article.line("image"))
        else:
            run.records[path] = replace(order.article, card=shown.pop(OG_SIZE), cards=tuple(shown.items()))


@dataclass(frozen=True, slots=True)
class _Order:
    """An article and the cards it gets."""

    article: Article
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class _Sign:
    """The card of a page that is no article: the site's own, or a service's."""

    page: str
    job: Job
    alt: str


def _signs(run: Run, logo: Logo | None, by: str) -> Iterator[_Sign]:
    """The site's card, then one of each service; a name that cannot be drawn has none, and the site's is shown."""
    cache = run.order.settings.state / "cache" / "cards"
    for service in (None, *run.services()):
        try:
            face = draw.sign(run.site, service, logo)
        except ContentFault as fault:
            run.find("card", "error", fault.message, service.path if service else OFFICE_FILE)
            continue
        (job,) = jobs(face, (OG_SIZE,), cache, by, "")
        yield _Sign(record_path(service) if service else "", job, draw.sign_alt(run.site, service))


def sizes(article: Article, run: Run) -> tuple[str, ...]:
    """The sizes that ``article`` gets cards in."""
    named = article.channels or ()
    wanted = any(name in named and given.on for name, given in run.order.settings.office.channels.items())
    return tuple(CARD_SIZES) if wanted or run.order.now - article.due <= RECENT else (OG_SIZE,)


def _order(run: Run, article: Article, logo: Logo | None, by: str) -> Iterator[_Order]:
    if article.status is not Status.PUBLISHED and not (run.order.preview and article.status is Status.DRAFT):
        return
    cache = run.order.settings.state / "cache" / "cards"
    photo = run.file(article.photo.path) if article.photo else None
    try:
        face = draw.face(article, run.site, photo, logo)
    except ContentFault as fault:
        run.find("card", "error", fault.message, article.path, article.line("title"))
        return
    yield _Order(article, tuple(jobs(face, sizes(article, run), cache, by, _photo(run, article))))


def _photo(run: Run, article: Article) -> str:
    """What stands for the bytes of the article's photo: those of its original and how it is made anew."""
    seen = run.digests.get(article.path, {})
    return digest(pictures_hand(), seen[article.picture.path]) if article.photo and article.picture else ""


def _draw(run: Run, wanted: list[Job]) -> None:
    """Draws what the cache does not hold."""
    new = tuple({job.key: job for job in wanted if not sets.is_kept(job.cache, job.key)}.values())
    for done, _ in enumerate(each(work, new, SECONDS), 1):
        run.tell(msg("Cards: {title}", title=new[done - 1].face.title), done, len(new))


def _placed(run: Run, article: Article, job: Job) -> Shown:
    card = made(job)
    path = card_path(article, job.size)
    run.put(card, path)
    run.own[article.path].files.add(path)
    return Shown(path, TYPE, *CARD_SIZES[job.size], card.size, alt=draw.alt(article, run.site))


def _logo(run: Run) -> Logo | None:
    """The office's logo; without one that can be used the cards show the word mark alone."""
    given = run.order.settings.office.logo
    try:
        return read(run.order.settings.root / given) if given else None
    except SettingsFault as fault:
        run.find("logo", "error", fault.message, OFFICE_FILE)
        return None
