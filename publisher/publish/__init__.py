"""The order of the whole run: check, build, deploy, plan, gate, deliver, announce; for the command line and the desk.

    fix, check                        the content
    build, audit                      the site
    preview, preview_posts, dry_run   what it would be
    deploy, plan, deliver, publish    the run and its steps
    publish_due, falls_due            by the clock
    carry                             many machines on one ledger
    watch_tokens                      renew them, and tell in time of those that end
    status, receipts, announced       what the ledger knows
    channels, check_channels          how the channels stand
    adopt, restore, open_ledger, read_manifest

Each function is one thing a person can ask for. Nothing here knows Pelican, a network or a database;
the rooms below do, and they are opened when they are needed, so that a light command starts at once.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from publisher import manifest
from publisher.article import Finding
from publisher.errors import DeployFault
from publisher.ledger import Delivery, New
from publisher.messages import Message, msg
from publisher.publish import _steps as steps
from publisher.publish._answers import (
    STUCK,
    ChannelRow,
    Standing,
    announced,
    channels,
    check_channels,
    receipts,
    status,
)
from publisher.publish._ledger import (
    LEDGER,
    adopt,
    alone,
    keep_copy,
    open_ledger,
    opened,
    read_manifest,
    restore,
    served,
)
from publisher.publish._many import carry, owner
from publisher.publish._site import PREVIEW, audit, build, check, fix, preview, preview_posts
from publisher.publish._steps import Delivered
from publisher.publish._types import Clock, Say
from publisher.settings import Settings

if TYPE_CHECKING:
    from plugins.run import Built
    from publisher.deploy import Deployed

__all__ = [
    "LEDGER",
    "PREVIEW",
    "STUCK",
    "ChannelRow",
    "Clock",
    "Delivered",
    "Draft",
    "Report",
    "Say",
    "Standing",
    "adopt",
    "announced",
    "audit",
    "build",
    "carry",
    "channels",
    "check",
    "check_channels",
    "deliver",
    "deploy",
    "dry_run",
    "falls_due",
    "fix",
    "open_ledger",
    "plan",
    "preview",
    "preview_posts",
    "publish",
    "publish_due",
    "read_manifest",
    "receipts",
    "restore",
    "status",
    "watch_tokens",
]


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
    with alone(settings), served(settings), open_ledger(settings) as ledger:
        steps.guard(settings, ledger)
        steps.syndicate(settings, ledger)
        moment = now or clock()
        built = build(settings, moment, say)
        steps.refuse_faults(settings, moment, built)
        deployed = steps.deploy(settings, ledger, clock, say, confirmed)
        when.remember(settings, moment)
        made = built.manifest
        planned = planning.plan(ledger, made, channels, settings, clock())
        delivered = steps.deliver(settings, ledger, channels, made, clock, say, yes=yes)
        delivered = replace(delivered, dangling=planned.dangling)
        return Report(built, deployed, planned.new, delivered)


def publish_due(
    settings: Settings, clock: Clock, say: Say | None = None, *, yes: bool = False
) -> Report | Delivered | None:
    """Does what has fallen due and nothing else: the whole run when the site has to change, deliveries alone
    otherwise, None when nothing is due."""
    from publisher.outreach import when

    now = clock()
    with opened(settings) as ledger:
        site, posts = when.site(settings, manifest.read(settings.state), now), when.posts(settings, ledger, now)
    if site and site <= now:
        return publish(settings, clock, say, now=now, yes=yes)
    return deliver(settings, clock, say, yes=yes) if posts and posts <= now else None


def watch_tokens(settings: Settings, clock: Clock) -> tuple[Message, ...]:
    """Renews the tokens that renew themselves; what a person is to be told now of those that end."""
    from publisher.channels import open_all
    from publisher.outreach import tokens

    channels = open_all(settings)
    with opened(settings) as ledger:
        return tokens.watch(ledger, channels, settings, clock(), who=owner()) if ledger else ()


def falls_due(settings: Settings, now: datetime) -> datetime | None:
    """The moment at which there is, was or will be something to do next, None for never."""
    from publisher.outreach import when

    with opened(settings) as ledger:
        moments = when.site(settings, manifest.read(settings.state), now), when.posts(settings, ledger, now)
    return min((m for m in moments if m), default=None)


def deploy(settings: Settings, clock: Clock, say: Say | None = None, *, confirmed: Collection[str] = ()) -> Deployed:
    """Sends the built site to its target."""
    from publisher.build import journal
    from publisher.build.staging import Staging

    if journal.is_pending(Staging(settings.output, settings.state)):
        raise DeployFault(msg("A build was cut off half-way; run `kentongan build`, which finishes it."))
    with open_ledger(settings) as ledger:
        return steps.deploy(settings, ledger, clock, say, confirmed)


def plan(settings: Settings, clock: Clock) -> tuple[Delivery, ...]:
    """Writes down what should go out by the last manifest; what is new."""
    from publisher.channels import open_all
    from publisher.outreach import plan as planning

    channels = open_all(settings)
    with open_ledger(settings) as ledger:
        planned = planning.plan(ledger, read_manifest(settings), channels, settings, clock())
        keep_copy(settings, ledger, clock)
        return planned.new


def deliver(settings: Settings, clock: Clock, say: Say | None = None, *, yes: bool = False) -> Delivered:
    """Carries what is due once its page is live."""
    from publisher.channels import open_all

    channels = open_all(settings)
    with served(settings), open_ledger(settings) as ledger:
        steps.guard(settings, ledger)
        return steps.deliver(settings, ledger, channels, read_manifest(settings), clock, say, yes=yes)


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
        with opened(settings) as ledger:
            return Draft(built.findings, planning.draft(ledger, built.manifest, channels, settings, now))
