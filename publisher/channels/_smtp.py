"""A line to a mail server, encrypted and logged in."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from publisher.errors import ChannelError, Held, TryLater
from publisher.messages import msg
from publisher.settings import is_loopback

SILENCE = 60.0
REST = 300.0
PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said: the code, and the finer one behind it; its words may hold an address."""

    code: int
    finer: str = ""

    @classmethod
    def of(cls, answer: tuple[int, bytes]) -> Reply:
        found = re.search(rb"\b[245]\.\d{1,3}\.\d{1,3}\b", answer[1])
        return cls(answer[0], found[0].decode() if found else "")

    def __str__(self) -> str:
        return f"SMTP {self.code} {self.finer}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where ``channel`` sends from: ``address`` is smtp://… (with STARTTLS) or smtps://…, ``own`` our domain."""

    channel: str
    address: str
    own: str
    user: str = ""
    password: str = field(default="", repr=False)

    @contextmanager
    def line(self) -> Iterator[smtplib.SMTP]:
        """A line to the server, encrypted and logged in. Raises TryLater or Held; nobody was written to."""
        try:
            smtp = self._open()
        except ssl.SSLCertVerificationError as fault:
            raise Held(
                msg("{channel} has no certificate that can be trusted; check the server.", channel=self.channel),
                detail=str(fault.verify_message),
            ) from None
        except smtplib.SMTPAuthenticationError as fault:
            raise self.refused(Reply(fault.smtp_code)) from None
        except (smtplib.SMTPException, OSError) as fault:
            raise TryLater(
                msg("{channel} cannot be reached now; it will be tried again.", channel=self.channel),
                detail=type(fault).__name__,
            ) from None
        try:
            yield smtp
        finally:
            try:
                smtp.quit()
            except (smtplib.SMTPException, OSError):
                smtp.close()

    def _open(self) -> smtplib.SMTP:
        parts = urlsplit(self.address)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        context = ssl.create_default_context()
        if parts.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, self.own, timeout=SILENCE, context=context)
        else:
            smtp = smtplib.SMTP(host, port, self.own, timeout=SILENCE)
        try:
            smtp.ehlo()
            if parts.scheme == "smtp" and not (is_loopback(self.address) and not smtp.has_extn("starttls")):
                smtp.starttls(context=context)
                smtp.ehlo()
            if self.user:
                smtp.login(self.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def refused(self, reply: Reply) -> ChannelError:
        """The server takes no message from us at all."""
        if 400 <= reply.code < 500:
            return self.wait(REST, str(reply))
        return Held(
            msg(
                "{channel} does not let this account do that; check the account and its access key.",
                channel=self.channel,
            ),
            detail=str(reply),
        )

    def wait(self, after: float, detail: str) -> TryLater:
        """The whole channel goes on after so many seconds."""
        return TryLater(
            msg("{channel} goes on with the next messages.", channel=self.channel),
            after=after,
            account=True,
            detail=detail,
        )
