"""Security and caching headers, in the servers that will say them and in the browser that will heed them."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

import pytest

from publisher.build import headers
from tests.build.hosts import HOSTS, open_folder
from tests.loopback import free_port

URL = "https://humas.contoh.go.id"


@pytest.fixture
def site() -> Iterator[Path]:
    """A site of three files, and the deploy's own list."""
    with open_folder() as place:
        yield filled(place / "situs")


def filled(folder: Path) -> Path:
    for name in ("index.html", "404.html", "gambar/a.jpg", "kentongan-files.json", "x.kentongan-part"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


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
@pytest.mark.parametrize("host", HOSTS)
def test_a_real_server_says_them(site: Path, host: str) -> None:
    """nginx takes the lines, Apache the .htaccess, and both answer with them."""
    (site / "headers.nginx").write_bytes(headers.nginx(URL, ""))
    (site / ".htaccess").write_bytes(headers.apache(URL, ""))
    port = free_port()
    with HOSTS[host](site, site.parent, port):
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
