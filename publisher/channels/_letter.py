"""A post as a message to one reader: plain text first, the same in HTML, and a way out."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import quote, urlsplit

from publisher.messages import msg
from publisher.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What stands on every message: ``sender`` with name and address, where to write to get no more
    (``unsubscribe``), and our ``site``, which shows the card."""

    sender: str
    unsubscribe: str
    site: str

    @property
    def address(self) -> str:
        """The sender's address alone."""
        return parseaddr(self.sender)[1]

    @property
    def domain(self) -> str:
        """The sender's domain."""
        return self.address.rsplit("@", 1)[1]

    def message(self, post: Post, key: str, address: str, now: datetime) -> bytes:
        """The message to ``address`` as it goes over the line, its end included; its id is the same at every try."""
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = address
        message["Subject"] = dict(post.extra).get("subject", "")
        message["Date"] = format_datetime(now.astimezone(UTC))
        name = hashlib.sha256(f"{key}\0{address.lower()}".encode()).hexdigest()[:32]
        message["Message-ID"] = f"<{name}@{self.domain}>"
        message["List-Unsubscribe"] = f"<mailto:{quote(self.unsubscribe, safe='@')}?subject=berhenti>"
        message["Content-Language"] = post.lang
        message["Auto-Submitted"] = "auto-generated"
        ending = msg(
            "You get this message because you agreed to it. To get no more, write “berhenti” to {address}.",
            address=self.unsubscribe,
        ).say(post.lang)
        message.set_content(f"{post.text}\n\n-- \n{ending}\n", cte="quoted-printable")
        message.add_alternative(self._html(post, ending), subtype="html", cte="quoted-printable")
        return re.sub(rb"(?m)^\.", b"..", message.as_bytes().rstrip()) + b"\r\n.\r\n"

    def _html(self, post: Post, ending: str) -> str:
        """The same words; the link leads, the card has its description, nothing tells us that it was read."""
        said = html.escape(post.text, quote=False)
        if post.link:
            link = html.escape(post.link)
            parts = urlsplit(post.link)
            shown = html.escape(parts.netloc + parts.path)
            said = said.replace(html.escape(post.link, quote=False), f'<a href="{link}">{shown}</a>')
        body = "".join("<p>" + p.replace("\n", "<br>") + "</p>" for p in said.split("\n\n"))
        extra = dict(post.extra)
        card = ""
        if extra.get("card"):
            source = html.escape(f"{self.site}/{quote(extra['card'])}")
            card = f'<p><img src="{source}" alt="{html.escape(extra["alt"])}" width="560" style="max-width:100%"></p>'
        return (
            f'<!DOCTYPE html><html lang="{html.escape(post.lang)}"><head><meta charset="utf-8">'
            f"<title>{html.escape(extra.get('subject', ''))}</title></head>"
            f'<body style="font-family:sans-serif;max-width:36em">{card}{body}'
            f"<hr><p><small>{html.escape(ending)}</small></p></body></html>"
        )
