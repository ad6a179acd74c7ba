"""A PostgreSQL cluster on loopback, made for one run of the tests and thrown away; never by root."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def programs() -> Path | None:
    """The folder of initdb and pg_ctl: Debian keeps them out of PATH."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


class Server:
    """A cluster in a folder of its own."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="kentongan-pg-"))
        self.own: dict[str, Any] = {}
        user = pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            user, self.own = "postgres", {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.folder, "postgres", "postgres")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"postgresql://{user}@127.0.0.1:{self.port}/postgres"
        self._call("initdb", "-A", "trust", "-E", "UTF8", "--locale", "C", "-U", user)

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder} -c max_connections=200"
        self._call("pg_ctl", "-o", options, "-l", str(self.folder / "server.log"), "-w", "start")

    def die(self) -> None:
        """Ends at once, as in a crash: what was not on the disk is gone."""
        self._call("pg_ctl", "-m", "immediate", "-w", "stop")

    def _call(self, name: str, *arguments: str) -> None:
        command = [self.binaries / name, "-D", str(self.folder / "data"), *arguments]
        with (self.folder / f"{name}.log").open("ab") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log, cwd="/", **self.own)


@contextmanager
def server() -> Iterator[Server]:
    """A server that runs, and is thrown away."""
    binaries = programs()
    if binaries is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    made = Server(binaries)
    try:
        made.start()
        try:
            yield made
        finally:
            made.die()
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)


def cluster() -> Iterator[str]:
    """The address of a running server's first database."""
    with server() as made:
        yield made.url
