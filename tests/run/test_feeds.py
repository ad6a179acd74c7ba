"""`kentongan feeds check`, and what publish does with a site that has an error."""

from __future__ import annotations

import json
from typing import Any


def test_a_built_site_is_in_order_until_someone_spoils_it(small: Any) -> None:
    """0 when all is well, 3 with the file when it is not, 2 for a folder that is not there."""
    assert small.run("build").returncode == 0
    done = small.run("feeds", "check")
    assert (done.returncode, done.stdout) == (0, "Feeds, sitemaps and pages are in order.\n")
    (small.folder / "output" / "berita" / "satu" / "index.html").unlink()
    done = small.run("feeds", "check", "output")
    assert done.returncode == 3
    assert "sitemap-2026-11.xml" in done.stdout
    found = json.loads(small.run("feeds", "check", "--json").stdout)
    assert {"built"} == {f["rule"] for f in found}
    assert small.run("feeds", "check", "tiada").returncode == 2


def test_a_site_with_an_error_is_not_deployed(small: Any) -> None:
    """publish stops with 1, names the file, and neither site nor ledger has anything of it."""
    small.edit("theme/templates/base.html", "max-image-preview:large", "index, follow")
    done = small.run("publish")
    assert done.returncode == 1
    assert "output/" in done.stderr
    assert "max-image-preview" in done.stderr
    assert not (small.folder / "output.live" / "index.html").exists()
    assert small.noticeboard() == []
