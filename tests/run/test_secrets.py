"""No secret shows: every command and every failure with marked secrets, and all that was said and written searched."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import quote

import pytest
import typer

from publisher.cli._commands import app
from publisher.settings import variable
from tests.loopback import Listener, free_port
from tests.run.clones import ROOT, article

ARTICLE = "20261120-tayan"
ANSWERS = ROOT / "tests" / "channels"
NETWORKS = sorted(p.parent.name for p in ANSWERS.glob("*/answers.json"))
# How each command is called, more than once where it can fail in several ways. A command that is not here fails the
# test, so that none is forgotten. What would never end is called so that it ends at once.
CALLS: dict[tuple[str, ...], list[list[str]]] = {
    ("new",): [["Judul Baru"]],
    ("check",): [[], ["--json"], ["--fix"]],
    ("build",): [[]],
    ("serve",): [["--port", "99999"]],
    ("card",): [["content/berita/2026/tayang.md"]],
    ("deploy",): [[]],
    ("preview",): [["content/berita/2026/tayang.md"]],
    ("plan",): [[]],
    ("publish",): [["--yes"], ["--dry-run"], ["--due"]],
    ("deliver",): [["--yes"], []],
    ("status",): [[], ["--json"]],
    ("receipts",): [[], ["--json"], ["--told"]],
    ("channels",): [[], ["check"], ["check", "--json"]],
    ("subscribers",): [["export"], ["add", "siti@warga.example", "--consented", "2026-11-01", "--source", "uji"]],
    ("adopt",): [[]],
    ("doctor",): [[]],
    ("approve",): [["--all"]],
    ("hold",): [["mastodon"]],
    ("release",): [["mastodon"]],
    ("retry",): [["tidakada"]],
    ("resolve",): [["tidakada", "--again"]],
    ("cancel",): [["tidakada"]],
    ("withdraw",): [[ARTICLE]],
    ("reshare",): [[ARTICLE, "--channel", "mastodon"]],
    ("reconcile",): [[]],
    ("stop",): [[]],
    ("resume",): [[]],
    ("events",): [[], ["--json"]],
    ("worker",): [["--engine", "procrastinate"], ["--engine", "lain"]],
    ("feeds", "check"): [[]],
    ("receipt", "add"): [[ARTICLE, "manual", "--url", "https://warga.example/1"]],
    ("restore",): [[]],
}
SENDING = (["deliver", "--yes"], ["reconcile"], ["channels", "check"], ["doctor"])


class Echo:
    """A network that says back all that it was sent, its secrets too, under the status it is told; 0 hangs up."""

    def __init__(self) -> None:
        self.status = 401
        echo = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                if not echo.status:
                    self.close_connection = True
                    return self.connection.close()
                said = f"{self.path} {dict(self.headers)} {body.decode('utf-8', 'replace')}"
                error = {"message": said, "code": 1, "type": "x", "error_user_msg": said}
                content = json.dumps({"error": error, "message": said, "detail": said, "description": said}).encode()
                self.send_response(echo.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                return self.wfile.write(content)

            do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - http.server's names

        self._listener = Listener(Handler)
        self.address = self._listener.url

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.close()


@pytest.fixture
def marked(small: Any, echo: Echo) -> list[str]:
    """Every network there is is on, with its own marked secrets in .env, which are returned."""
    small.write("content/berita/2026/tayang.md", article("tayang", title="Berita Tayang"))
    lines, env, secrets = [], [], []
    for network in NETWORKS:
        recorded = json.loads((ANSWERS / network / "answers.json").read_text(encoding="utf-8"))
        nobody = f"smtp://127.0.0.1:{free_port()}"
        server = nobody if recorded.get("speaks") == "smtp" else echo.address
        options = {k: v.replace("@SERVER@", server) for k, v in recorded["options"].items()}
        if network not in ("noticeboard", "mastodon", "x"):
            lines.append(f"[channels.{network}]\non = true\nsince = 2021-01-01")
            lines += [f"{k} = {json.dumps(v)}" for k, v in options.items()]
        for name, value in recorded["secrets"].items():
            env.append(f"{variable(network, name)}={value}")
            secrets.append(value)
    small.edit(
        "office.toml", 'on = false\nserver = "https://mastodon.example"', f'on = true\nserver = "{echo.address}"'
    )
    small.edit("office.toml", "[channels.x]\non = false", f'[channels.x]\non = true\nserver = "{echo.address}"')
    small.edit("office.toml", "# Kanal lain", "\n".join(lines) + "\n# Kanal lain")
    small.write(".env", "\n".join(env) + "\n")
    return secrets


def forms(secrets: list[str]) -> set[bytes]:
    """The secrets as they might be written: as they are, in an address, in JSON, in base64."""
    found: set[bytes] = set()
    for secret in secrets:
        whole = base64.b64encode(secret.encode()).rstrip(b"=")[:-1]
        found |= {secret.encode(), quote(secret, safe="").encode(), json.dumps(secret)[1:-1].encode(), whole}
    return found


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, found in group.commands.items():
        if hasattr(found, "commands"):
            yield from commands(found, (*path, name))
        else:
            yield (*path, name)


def test_no_command_is_forgotten() -> None:
    """The list above holds every command that there is."""
    assert set(CALLS) == set(commands(typer.main.get_command(app)))


@pytest.mark.full
@pytest.mark.timeout(1500)
def test_no_secret_shows_anywhere(small: Any, marked: list[str], echo: Echo) -> None:
    """What is printed, and every file that is written but .env and the kept sessions: ledger, copies, manifest, site,
    previews, notice board."""
    assert len(marked) >= 12
    said = []

    def call(*arguments: str) -> None:
        done = small.run(*arguments)
        said.append((arguments, f"{done.stdout}{done.stderr}".encode()))
        assert "Traceback" not in done.stderr, arguments

    for command, calls in CALLS.items():
        for arguments in calls:
            call(*command, *arguments)
    for status in (401, 403, 500, 429, 200, 0):
        echo.status = status
        for one in SENDING:
            call(*one)
    small.secrets = {"KENTONGAN_LEDGER_URL": "postgresql://kentongan:marked-ledger-password@127.0.0.1:9/kentongan"}
    for one in (["status"], ["publish"], ["worker", "--engine", "procrastinate"]):
        call(*one)
    wanted = forms([*marked, "marked-ledger-password"])
    for arguments, text in said:
        assert not [w for w in wanted if w in text], arguments
    files = [p for p in small.folder.rglob("*") if p.is_file() and p.name != ".env" and "sessions" not in p.parts]
    assert any(p.name == "ledger.sqlite" for p in files)
    for file in files:
        if "__pycache__" not in file.parts:
            assert not [w for w in wanted if w in file.read_bytes()], file
