"""Security and caching headers, in the servers that will say them and in the browser that will heed them."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

import pytest

from publisher.build import headers

NGINX, APACHE = shutil.which("nginx", path="/usr/sbin:/usr/bin"), shutil.which("apache2", path="/usr/sbin:/usr/bin")
URL = "https://humas.contoh.go.id"
MODULES = ("authz_core", "mpm_event", "mime", "dir", "headers", "alias")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of three files, and the deploy's own list."""
    folder = tmp_path / "situs"
    for name in ("index.html", "404.html", "gambar/a.jpg", "kentongan-files.json", "x.kentongan-part"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    folder.chmod(0o755)
    tmp_path.chmod(0o755)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
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


def ask(port: int, path: str) -> tuple[int, HTTPMessage]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers


def check(port: int) -> None:
    """Every answer has the security headers once, pages are asked for again, pictures are kept, ours is closed."""
    for path, status in (("/", 200), ("/gambar/a.jpg", 200), ("/tiada", 404)):
        got, said = ask(port, path)
        assert got == status, path
        for name, value in headers.security(URL):
            assert said.get_all(name) == [value], (path, name)
    assert ask(port, "/")[1].get_all("Cache-Control") == ["no-cache"]
    assert ask(port, "/gambar/a.jpg")[1].get_all("Cache-Control") == ["public, max-age=86400"]
    for path in ("/kentongan-files.json", "/x.kentongan-part"):
        assert ask(port, path)[0] in (403, 404), path


@pytest.mark.full
def test_nginx_says_them(site: Path, tmp_path: Path) -> None:
    """A real nginx takes the lines and answers with them."""
    if NGINX is None:
        pytest.skip("there is no nginx here")
    (site / "headers.nginx").write_bytes(headers.nginx(URL, ""))
    port = free_port()
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"pid {tmp_path}/pid; error_log stderr; daemon off; master_process off; events {{}}\n"
        f"http {{ access_log off; server {{ listen 127.0.0.1:{port}; root {site}; index index.html;"
        f" include {site}/headers.nginx; }} }}\n"
    )
    with running([NGINX, "-c", str(conf), "-p", str(tmp_path)], port):
        check(port)


@pytest.mark.full
def test_apache_says_them(site: Path, tmp_path: Path) -> None:
    """A real Apache takes the .htaccess and answers with it."""
    if APACHE is None:
        pytest.skip("there is no Apache here")
    (site / ".htaccess").write_bytes(headers.apache(URL, ""))
    port = free_port()
    modules = Path("/usr/lib/apache2/modules")
    conf = tmp_path / "apache.conf"
    conf.write_text(
        "\n".join(f"LoadModule {m}_module {modules}/mod_{m}.so" for m in MODULES)
        + f"\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\nServerRoot {tmp_path}\nPidFile {tmp_path}/apache.pid\n"
        f"ErrorLog {tmp_path}/apache.log\nDocumentRoot {site}\nDirectoryIndex index.html\n"
        "TypesConfig /etc/mime.types\nUser www-data\nGroup www-data\n"
        f"<Directory {site}>\nAllowOverride All\nRequire all granted\n</Directory>\n"
    )
    for folder in (tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    with running([APACHE, "-f", str(conf), "-DFOREGROUND"], port):
        check(port)


def test_netlify_form() -> None:
    """Paths at the margin, headers indented; the general caching rule is taken back where another holds."""
    lines = headers.netlify(URL, "/humas").decode().splitlines()
    assert lines[0] == "/humas/*"
    assert "  X-Content-Type-Options: nosniff" in lines
    at = lines.index("/humas/gambar/*")
    assert lines[at + 1 : at + 3] == ["  ! Cache-Control", "  Cache-Control: public, max-age=86400"]
    assert all(line.startswith(("/", "  ")) for line in lines)


def test_strict_transport_only_over_https() -> None:
    """A browser is told to insist on https only by a site that is there by https."""
    assert "Strict-Transport-Security" in dict(headers.security(URL))
    assert "Strict-Transport-Security" not in dict(headers.security("http://127.0.0.1:8000"))


def test_policy_has_no_hole() -> None:
    """No inline script or style, nothing from elsewhere."""
    assert "unsafe-inline" not in headers.POLICY
    assert "http" not in headers.POLICY
    assert "*" not in headers.POLICY
