"""The order of the whole run: check, build, deploy, plan, gate, deliver, announce; for the command line and the desk.

Each function is one thing a person can ask for. Nothing here knows Pelican, a network or a database;
the rooms below do, and they are opened when they are needed, so that a light command starts at once.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from publisher import manifest
from publisher.article import Finding
from publisher.errors import (
    ChannelError,
    DeployFault,
    KentonganError,
    LedgerFault,
    SettingsFault,
    SiteFault,
    UsageFault,
)
from publisher.ledger import OPEN, Delivery, Hold, New, State
from publisher.messages import Message, msg
from publisher.settings import Settings, is_loopback

if TYPE_CHECKING:
    from plugins.run import Built
    from publisher.channels import Channel
    from publisher.channels import Standing as AccountStanding
    from publisher.deploy import Deployed
    from publisher.ledger.announcement import Announcement
    from publisher.ledger.store import Ledger
    from publisher.outreach.announce import Told
    from publisher.outreach.local import Outcome
    from publisher.outreach.procrastinate import Office as ServedOffice

Clock = Callable[[], datetime]
# what is being done, how far it is, out of how many steps
Say = Callable[[Message, int, int], None]

LEDGER = "ledger.sqlite"
PREVIEW = "preview"
# what a person has to see to: states in which nothing goes on by itself
STUCK = (State.FAILED, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a delivery run did. ``withheld`` are channels with more posts at once than allowed without a
    person's yes, and how many wait there. ``told`` is what hub and search engines were told."""

    outcome: Outcome
    withheld: dict[str, int]
    told: tuple[Told, ...] = ()

    @property
    def needs_person(self) -> bool:
        """Whether something will not go on by itself."""
        return self.outcome.needs_person or bool(self.withheld)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Everything the run touched or leaves open."""
        o = self.outcome
        return (*o.sent, *o.failed, *o.unknown, *o.held, *o.waiting)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run: what was built, deployed, newly planned and delivered."""

    built: Built
    deployed: Deployed
    planned: tuple[Delivery, ...]
    delivered: Delivered


@dataclass(frozen=True, slots=True)
class Draft:
    """What a run would do: the findings of its build, and every post word for word."""

    findings: tuple[Finding, ...]
    posts: tuple[New, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says now: open and stuck deliveries, held channels, how many were sent, and of how many
    addresses hub and search engines are still to be told."""

    deliveries: tuple[Delivery, ...]
    holds: tuple[Hold, ...]
    sent: int
    untold: dict[str, int] = field(default_factory=dict)

    @property
    def needs_person(self) -> bool:
        """Whether a delivery waits for a person's decision."""
        waits = any(d.state in STUCK or d.waits_for_person for d in self.deliveries)
        return waits or any(h.until is None for h in self.holds)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A network Kentongan knows or a channel of office.toml. ``problem`` says what it lacks, None for nothing."""

    name: str
    network: str
    on: bool
    problem: Message | None
    about: str


def fix(settings: Settings) -> tuple[str, ...]:
    """Mints the missing ids; the content files that were changed."""
    from publisher.content import fix_ids

    return fix_ids(settings.content, settings.zone)


def check(settings: Settings) -> tuple[Finding, ...]:
    """Everything there is to say about the content, in the order of the files; the site is not touched."""
    from publisher import channels as registry
    from publisher import content, lint

    registry.check(settings)
    last = manifest.read(settings.state)
    keep = {r.id: r.path for r in last.records} if last else {}
    read = content.read(settings.content, settings.zone, keep=keep)
    found = {
        *read.findings,
        *(content.moved(read, last) if last else ()),
        *content.open_fields(read),
        *lint.run(read.articles, settings.office.house),
    }
    return tuple(sorted(found, key=lambda f: (f.path, f.line, f.rule, str(f.message))))


def build(settings: Settings, now: datetime, say: Say | None = None) -> Built:
    """The site in its output folder. Raises what plugins.run.build raises."""
    from plugins import run

    return run.build(settings, now, say=say)


def audit(settings: Settings, now: datetime, folder: Path | None = None) -> tuple[Finding, ...]:
    """What is wrong in the built site in ``folder``, the output folder when none is given."""
    from publisher import audit as auditing

    place = settings.output if folder is None else folder.resolve()
    if not place.is_dir():
        raise UsageFault(msg("There is no folder {folder}; run `kentongan build` first.", folder=str(place)))
    return auditing.run(place, settings.office.url, now)


def preview(
    settings: Settings,
    port: int,
    say: Callable[[Message], None],
    report: Callable[[Sequence[Finding]], None],
    clock: Clock,
) -> None:
    """The preview until Ctrl-C: drafts and held articles too, from a folder that no deploy takes."""
    from publisher import serve

    def rebuild(address: str) -> Sequence[Finding]:
        from plugins import run

        office = settings.office.model_copy(update={"url": address})
        shown = replace(settings, office=office, output=settings.state / PREVIEW)
        report(run.build(shown, clock(), preview=True).findings)
        return ()

    watched = (settings.content, settings.root / "theme", settings.root / "office.toml")
    serve.preview(settings.state / PREVIEW, rebuild, watched, port, say)


def preview_posts(settings: Settings, file: Path) -> Path:
    """The page that shows the article in ``file`` as each channel would post it."""
    from publisher import preview

    return preview.posts(settings, file)


def deploy(settings: Settings, clock: Clock, say: Say | None = None, *, confirmed: Collection[str] = ()) -> Deployed:
    """Sends the built site to its target."""
    from publisher.build import journal
    from publisher.build.staging import Staging

    if journal.is_pending(Staging(settings.output, settings.state)):
        raise DeployFault(msg("A build was cut off half-way; run `kentongan build`, which finishes it."))
    with open_ledger(settings) as ledger:
        return _deploy(settings, ledger, clock, say, confirmed)


def plan(settings: Settings, clock: Clock) -> tuple[Delivery, ...]:
    """Writes down what should go out by the last manifest; what is new."""
    from publisher.channels import open_all
    from publisher.outreach import plan as planning

    channels = open_all(settings)
    with open_ledger(settings) as ledger:
        planned = planning.plan(ledger, read_manifest(settings), channels, settings, clock())
        _keep_copy(settings, ledger, clock)
        return planned.new


def deliver(settings: Settings, clock: Clock, say: Say | None = None, *, yes: bool = False) -> Delivered:
    """Carries what is due once its page is live."""
    from publisher.channels import open_all

    channels = open_all(settings)
    with _served(settings), open_ledger(settings) as ledger:
        _guard(settings, ledger)
        return _deliver(settings, ledger, channels, read_manifest(settings), clock, say, yes=yes)


def publish(
    settings: Settings,
    clock: Clock,
    say: Say | None = None,
    *,
    now: datetime | None = None,
    yes: bool = False,
    confirmed: Collection[str] = (),
) -> Report:
    """The whole run. ``now`` is the moment of the build when it is not the clock's.

    Raises KentonganError before anything was changed on the site when content, theme, target or ledger
    forbid it.
    """
    from publisher.channels import open_all
    from publisher.outreach import plan as planning
    from publisher.outreach import when

    channels = open_all(settings)
    with _alone(settings), _served(settings), open_ledger(settings) as ledger:
        _guard(settings, ledger)
        moment = now or clock()
        built = build(settings, moment, say)
        _refuse_faults(settings, moment, built)
        deployed = _deploy(settings, ledger, clock, say, confirmed)
        when.remember(settings, moment)
        planned = planning.plan(ledger, built.manifest, channels, settings, clock())
        delivered = _deliver(settings, ledger, channels, built.manifest, clock, say, yes=yes)
        return Report(built, deployed, planned.new, delivered)


def publish_due(
    settings: Settings, clock: Clock, say: Say | None = None, *, yes: bool = False
) -> Report | Delivered | None:
    """Does what has fallen due and nothing else: the whole run when the site has to change, deliveries alone
    otherwise, None when nothing is due."""
    from publisher.outreach import when

    now = clock()
    with _opened(settings) as ledger:
        site, posts = when.site(settings, manifest.read(settings.state), now), when.posts(settings, ledger, now)
    if site and site <= now:
        return publish(settings, clock, say, now=now, yes=yes)
    return deliver(settings, clock, say, yes=yes) if posts and posts <= now else None


def falls_due(settings: Settings, now: datetime) -> datetime | None:
    """The moment at which there is, was or will be something to do next, None for never."""
    from publisher.outreach import when

    with _opened(settings) as ledger:
        moments = when.site(settings, manifest.read(settings.state), now), when.posts(settings, ledger, now)
    return min((m for m in moments if m), default=None)


def carry(offices: Sequence[Settings], clock: Clock, *, concurrency: int) -> None:
    """A worker among many: carries what the shared ledger has for ``offices``, until it is stopped."""
    from contextlib import ExitStack

    from publisher.outreach import procrastinate

    url = offices[0].ledger_url
    if not url.startswith("postgres"):
        raise UsageFault(msg("Procrastinate needs a ledger on PostgreSQL; set KENTONGAN_LEDGER_URL=postgresql://…"))
    with ExitStack() as stack:
        served = [_office(settings, stack.enter_context(open_ledger(settings)), clock) for settings in offices]
        procrastinate.run(url, served, owner=_owner(), concurrency=concurrency)


def _office(settings: Settings, ledger: Ledger, clock: Clock) -> ServedOffice:
    from publisher import http
    from publisher.channels import open_all
    from publisher.outreach import gate
    from publisher.outreach.policy import policies
    from publisher.outreach.procrastinate import Office

    channels = open_all(settings)
    return Office(
        ledger=ledger,
        channels={c.name: c for c in channels},
        site=settings.output,
        gate=lambda: gate.Gate(read_manifest(settings), http.get),
        clock=ledger.clock(clock),
        policies=policies(channels, settings),
    )


def _owner() -> str:
    """This process among all that share the ledger."""
    return f"{socket.gethostname()}:{os.getpid()}"


def dry_run(settings: Settings, now: datetime) -> Draft:
    """What ``publish`` would send, word for word. Builds into a folder of its own and changes nothing."""
    from publisher.channels import open_all
    from publisher.outreach import plan as planning

    channels = open_all(settings)
    with TemporaryDirectory(prefix="kentongan-") as folder:
        shadow = replace(settings, output=Path(folder, "output"), state=Path(folder, "state"))
        shadow.state.mkdir()
        if (settings.state / manifest.FILENAME).exists():
            shutil.copy2(settings.state / manifest.FILENAME, shadow.state)
        built = build(shadow, now)
        ledger = open_ledger(settings, create=False) if _has_ledger(settings) else nullcontext()
        with ledger as opened:
            return Draft(built.findings, planning.draft(opened, built.manifest, channels, settings, now))


def status(settings: Settings, now: datetime) -> Standing:
    """What is open, stuck or held."""
    if not _has_ledger(settings):
        return Standing((), (), 0)
    with open_ledger(settings, create=False) as ledger:
        from publisher.ledger.announced import Announcements
        from publisher.outreach import announce

        told = {s.name for s in announce.services(settings)}
        return Standing(
            ledger.deliveries((*OPEN, *STUCK)),
            ledger.holds(now),
            ledger.count(State.SENT),
            dict(Counter(a.service for a in Announcements(ledger).waiting() if a.service in told)),
        )


def receipts(settings: Settings, *, channel: str = "", article: str = "") -> tuple[Delivery, ...]:
    """What went out, oldest first."""
    if not _has_ledger(settings):
        return ()
    with open_ledger(settings, create=False) as ledger:
        rows = ledger.deliveries((State.SENT,), channel=channel, article=article)
    return tuple(sorted(rows, key=lambda d: (d.sent_at or d.created, d.id)))


def announced(settings: Settings) -> tuple[Announcement, ...]:
    """What hub and search engines were told, oldest first."""
    if not _has_ledger(settings):
        return ()
    from publisher.ledger.announced import Announcements

    with open_ledger(settings, create=False) as ledger:
        return Announcements(ledger).ended()


def channels(settings: Settings) -> tuple[ChannelRow, ...]:
    """The channels of office.toml in its order, then the networks that no channel uses yet."""
    from publisher import channels as registry

    about = dict(registry.describe())
    rows = []
    for name, given in settings.office.channels.items():
        problem = None
        try:
            channel = registry.open_one(name, settings)
            problem = registry.may_send(channel, settings.office.url)
        except SettingsFault as fault:
            problem = fault.message
        rows.append(ChannelRow(name, given.network, given.on, problem, about.get(given.network, "")))
    used = {r.network for r in rows}
    rows += [ChannelRow("", network, False, None, text) for network, text in about.items() if network not in used]
    return tuple(rows)


def check_channels(settings: Settings) -> tuple[tuple[str, AccountStanding], ...]:
    """What the account of each channel that is on says of itself, by channel; nothing is sent."""
    from publisher import channels as registry

    found: list[tuple[str, AccountStanding]] = []
    for channel in registry.open_all(settings):
        if not isinstance(channel, registry.Checks):
            found.append((channel.name, registry.Standing("ok", msg("It offers nothing to check."))))
            continue
        try:
            found += [(channel.name, standing) for standing in channel.check()]
        except ChannelError as fault:
            found.append((channel.name, registry.Standing("fault", fault.message)))
    return tuple(found)


def adopt(settings: Settings, clock: Clock) -> None:
    """The live site belongs to this ledger from now on; what may be out already is looked up first."""
    from publisher import deploy as deploying

    with open_ledger(settings) as ledger:
        try:
            ours = deploying.ledger_on_site(settings) == ledger.id
        except DeployFault:  # its mark is damaged, which this mends; a target out of reach refuses below
            ours = False
        if not ours:
            ledger.doubt(clock())
        deploying.adopt(settings, ledger.id)
        _keep_copy(settings, ledger, clock)


def restore(settings: Settings, clock: Clock, source: Path | None = None) -> tuple[Path, Path | None]:
    """Brings the ledger back from ``source`` or the newest copy; that copy, and where the replaced file is."""
    from publisher.ledger import files, store

    if settings.ledger_url:
        raise UsageFault(msg("A ledger on a database server is restored there, with the server's own means."))
    copies = files.copies(settings.backup)
    if source is None and not copies:
        raise LedgerFault(
            msg("There is no copy of the ledger in {folder}; name the file.", folder=str(settings.backup))
        )
    chosen = source or copies[-1]
    return chosen, store.restore(chosen, settings.state / LEDGER, clock(), office=settings.office.id)


def open_ledger(settings: Settings, *, create: bool = True) -> Ledger:
    """The office's ledger, to be closed by a with block."""
    from publisher.ledger.store import Ledger  # 0.5 s

    return Ledger.open(settings.ledger_url or settings.state / LEDGER, create=create, office=settings.office.id)


def _deploy(settings: Settings, ledger: Ledger, clock: Clock, say: Say | None, confirmed: Collection[str]) -> Deployed:
    """Before the first byte travels the ledger knows what hub and search engines will have to be told."""
    from publisher import deploy as deploying
    from publisher.outreach import announce

    before = deploying.last_deployed(settings)

    def intend(sent: Sequence[str], gone: Sequence[str]) -> None:
        announce.intend(ledger, settings, sent, gone, before, clock())

    return deploying.deploy(settings.output, settings, ledger.id, say, confirmed=confirmed, intend=intend)


def _announce(settings: Settings, ledger: Ledger, clock: Clock) -> tuple[Told, ...]:
    """Comes last: the pages have had their time to become live, and no post waits for it or fails with it."""
    from publisher import http
    from publisher.outreach import announce

    try:
        told = announce.tell(ledger, settings, http.get, clock)
        if told:
            _keep_copy(settings, ledger, clock)
    except KentonganError as fault:  # the ledger's or the disk's: the posts are out, and this is told by the next run
        told = (announce.Told("announce", 0, 0, fault.message),)
    return told


def _deliver(
    settings: Settings,
    ledger: Ledger,
    channels: Sequence[Channel],
    current: manifest.Manifest,
    clock: Clock,
    say: Say | None,
    *,
    yes: bool,
) -> Delivered:
    from publisher import http
    from publisher.outreach import gate, local, syndication
    from publisher.outreach import plan as planning
    from publisher.outreach.policy import policies

    clock = ledger.clock(clock)
    now = clock()
    ledger.skip(now)
    due = [d for d in ledger.deliveries(OPEN) if d.due <= now and not d.waits_for_person]
    withheld = {} if yes else planning.bursts(due, channels, settings.office.outreach.burst)
    done: set[str] = set()

    def tell(row: Delivery) -> None:
        done.update([row.id] if row.state not in OPEN else [])
        if say:
            say(msg("{channel}: {title}", channel=row.channel, title=row.title), len(done), len(due))

    try:
        outcome = local.deliver(
            ledger,
            [c for c in channels if c.name not in withheld],
            site=settings.output,
            gate=gate.Gate(current, http.get),
            clock=clock,
            owner=_owner(),
            patience=timedelta(seconds=settings.office.outreach.gate_seconds),
            policies=policies(channels, settings),
            say=tell,
        )
    finally:  # also when a person stops it: what went out so far is kept
        internal = {n for n, c in settings.office.channels.items() if c.audience == "internal"}
        syndication.write(ledger, settings.state, internal=internal)
        _keep_copy(settings, ledger, clock)
    return Delivered(outcome, withheld, _announce(settings, ledger, clock))


def _refuse_faults(settings: Settings, now: datetime, built: Built) -> None:
    """Raises SiteFault when the site just built has an error; files that no build wrote are not judged."""
    strangers = frozenset(built.strangers)
    found = [f for f in audit(settings, now) if f.level == "error" and f.path not in strangers]
    if found:
        message = msg(
            "{fault} ({count} such errors, see `kentongan feeds check`; nothing was deployed)",
            fault=found[0].message,
            count=len(found),
        )
        raise SiteFault(message, where=f"{settings.output.name}/{found[0].path}")


def _guard(settings: Settings, ledger: Ledger) -> None:
    from publisher import deploy as deploying

    deploying.guard(settings, ledger.id)


def _keep_copy(settings: Settings, ledger: Ledger, clock: Clock) -> None:
    if ledger.path is not None:
        ledger.backup(settings.backup, settings.office.backup.keep, clock())


def read_manifest(settings: Settings) -> manifest.Manifest:
    """The last build's manifest. Raises UsageFault when there is none."""
    found = manifest.read(settings.state)
    if found is None:
        raise UsageFault(msg("There is no manifest of a build yet; run `kentongan build` first."))
    return found


def _has_ledger(settings: Settings) -> bool:
    return bool(settings.ledger_url) or (settings.state / LEDGER).exists()


@contextmanager
def _opened(settings: Settings) -> Iterator[Ledger | None]:
    """The ledger, None when there is none yet."""
    if not _has_ledger(settings):
        yield None
        return
    with open_ledger(settings, create=False) as ledger:
        yield ledger


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One run at a time: a second one is refused before it builds anything."""
    from publisher.ledger import files

    if settings.ledger_url:
        yield
        return
    with files.alone(settings.state / LEDGER):
        yield


@contextmanager
def _served(settings: Settings) -> Iterator[None]:
    """The embedded default: a local folder is served at the site's address while the run goes on."""
    from publisher import serve, target

    place = target.read_target(settings)
    if place.kind != "local" or not is_loopback(settings.office.url):
        yield
        return
    with serve.site_at(Path(place.path), settings.office.url):
        yield
