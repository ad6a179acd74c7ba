"""A real nginx and a real Apache that serve a folder on this machine, with the lines that a build wrote for them."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

WHERE = "/usr/sbin:/usr/bin"
MODULES = ("authz_core", "mpm_event", "mime", "dir", "headers", "alias")
TYPES = Path("/etc/nginx/mime.types")


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that a server's own user may read; pytest closes its folders to others, again and again."""
    with TemporaryDirectory(prefix="kentongan-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def nginx(site: Path, place: Path, port: int) -> Iterator[None]:
    """nginx on ``port`` with the site's ``headers.nginx``; its own files stand in ``place``."""
    program = shutil.which("nginx", path=WHERE)
    if program is None:
        pytest.skip("there is no nginx here")
    types = f"include {TYPES};" if TYPES.is_file() else ""
    conf = place / "nginx.conf"
    conf.write_text(
        f"pid {place}/pid; error_log stderr; daemon off; master_process off; events {{}}\n"
        f"http {{ {types} access_log off; server {{ listen 127.0.0.1:{port}; root {site}; index index.html;"
        f" include {site}/headers.nginx; }} }}\n"
    )
    with running([program, "-c", str(conf), "-p", str(place)], port):
        yield


@contextmanager
def apache(site: Path, place: Path, port: int) -> Iterator[None]:
    """Apache on ``port`` with the site's ``.htaccess``; its own files stand in ``place``."""
    program = shutil.which("apache2", path=WHERE)
    if program is None:
        pytest.skip("there is no Apache here")
    modules = Path("/usr/lib/apache2/modules")
    conf = place / "apache.conf"
    conf.write_text(
        "\n".join(f"LoadModule {m}_module {modules}/mod_{m}.so" for m in MODULES)
        + f"\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\nServerRoot {place}\nPidFile {place}/apache.pid\n"
        f"ErrorLog {place}/apache.log\nDocumentRoot {site}\nDirectoryIndex index.html\n"
        "TypesConfig /etc/mime.types\nUser www-data\nGroup www-data\n"
        f"<Directory {site}>\nAllowOverride All\nRequire all granted\n</Directory>\n"
    )
    with running([program, "-f", str(conf), "-DFOREGROUND"], port):
        yield


HOSTS: dict[str, Callable[[Path, Path, int], AbstractContextManager[None]]] = {"nginx": nginx, "apache": apache}


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """The server from its first answer on."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()
        if process.stderr:
            process.stderr.close()
