"""A PostgreSQL cluster on loopback, made for one run of the tests and thrown away; never by root."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def programs() -> Path | None:
    """The folder of initdb and pg_ctl: Debian keeps them out of PATH."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


def cluster() -> Iterator[str]:
    """The address of a running server's first database."""
    binaries = programs()
    if binaries is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    own: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    user = "postgres" if own else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="kentongan-pg-"))
    data = folder / "data"
    if own:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def call(name: str, *arguments: str) -> None:
        with (folder / f"{name}.log").open("ab") as log:
            subprocess.run([binaries / name, *arguments], check=True, stdout=log, stderr=log, cwd="/", **own)

    options = f"-h 127.0.0.1 -p {port} -k {folder} -c max_connections=200"
    try:
        call("initdb", "-D", str(data), "-A", "trust", "-E", "UTF8", "--locale", "C", "-U", user)
        call("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "server.log"), "-w", "start")
        try:
            yield f"postgresql://{user}@127.0.0.1:{port}/postgres"
        finally:
            call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
