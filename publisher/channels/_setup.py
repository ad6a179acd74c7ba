"""What a channel is made of, and the guard against posting links that no reader can open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from publisher import http
from publisher.messages import Message, msg
from publisher.settings import is_loopback, is_private


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a channel is made of: its name in office.toml, its network, our site's address, the state folder,
    the zone and language its pages are written in, the office's id in the ledger, the house's template and its
    secrets by name."""

    name: str
    network: str
    site: str
    state: Path
    zone: tzinfo
    lang: str = "id"
    office: str = ""
    template: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def wire(self, base: str, *, judge: http.Judge = http.no_opinion, bounds: http.Bounds | None = None) -> http.Wire:
        """The wire to the network at ``base``, which knows our site and keeps our secrets."""
        return http.Wire(
            channel=self.name,
            base=base,
            barred=barred(base, self.site),
            secrets=tuple(self.secrets.values()),
            judge=judge,
            bounds=bounds or http.Bounds(),
        )


def barred(own: str, site: str) -> Message | None:
    """Why nothing may be sent to the network at ``own`` while our site is at ``site``; None when it may.

    The one guard against posting links that no reader can open.
    """
    if not is_private(site) or (own and is_loopback(own)):
        return None
    return msg("The site's address {site} cannot be opened by readers; put its public https address in.", site=site)
