"""A mail server on loopback for tests: it keeps what it was given and answers as it was told."""

from __future__ import annotations

import email
import logging
import threading
from email.message import EmailMessage
from email.policy import default
from types import SimpleNamespace
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.loopback import free_port


class Mailbox:
    """``answers`` maps "MAIL", "DATA", "AUTH" or "RCPT", or "RCPT someone@a.example", to {"status", "body"}; a
    list is used up one by one, the last stays. A "cut" or "reset" at DATA stores the message, then ends the line."""

    def __init__(self, **given: Any) -> None:
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # the server's own words are not ours
        self.answers: dict[str, Any] = {}
        self.asked: list[SimpleNamespace] = []
        self.stored: list[EmailMessage] = []
        self.tried: list[str] = []
        self.lock = threading.Lock()
        self.controller = Controller(
            self,
            hostname="127.0.0.1",
            port=free_port(),  # the controller tries its own address, so it must know it
            authenticator=self.authenticate,
            auth_require_tls=False,
            ready_timeout=20,
            **given,
        )
        self.controller.start()
        self.address = f"smtp://127.0.0.1:{self.controller.port}"

    def close(self) -> None:
        self.controller.stop()

    def told(self, *names: str) -> dict[str, Any]:
        with self.lock:
            found: Any = next((self.answers[n] for n in names if n in self.answers), {"status": 250})
            if isinstance(found, list):
                return found.pop(0) if len(found) > 1 else found[0]
            return found

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        told = self.told("AUTH")
        if told["status"] == 250 and data.password == b"fake-mail-password":
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        told = self.told("MAIL")
        if told["status"] == 250:
            envelope.mail_from = address
        return said(told)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        self.tried.append(address)
        told = self.told(f"RCPT {address}", "RCPT")
        if told["status"] == 250:
            envelope.rcpt_tos.append(address)
        return said(told)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        told = self.told(f"DATA {envelope.rcpt_tos[0]}", "DATA")
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.asked.append(
            SimpleNamespace(method="POST", path=envelope.rcpt_tos[0], body=content, headers={}, message=message)
        )
        if told["status"] in (250, "cut", "reset"):
            self.stored.append(message)
        if told["status"] in ("cut", "reset"):
            assert server.transport is not None
            server.transport.abort()
        return said(told)


def said(told: dict[str, Any]) -> str:
    return f"{told['status']} {told.get('body') or 'OK'}"
