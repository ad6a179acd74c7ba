"""Every page in the Nu HTML checker, the engine of validator.w3.org/nu."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable

import pytest

from tests.theme.sites import KINDS, NPM, Built

JAR = NPM / "vnu-jar/build/dist/vnu.jar"


def check(*paths: str) -> list[str]:
    """What the checker says, an error or a warning a line."""
    java = shutil.which("java")
    if java is None or not JAR.is_file():
        pytest.skip("no Nu HTML checker: needs Java and `npm ci` in tests/npm")
    command = [java, "-jar", str(JAR), "--format", "json", "--skip-non-html", "--exit-zero-always", *paths]
    answer = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=240, check=True)
    messages = json.loads(answer.stderr)["messages"]
    return [f"{m['url'].rpartition('/output/')[2]}:{m.get('lastLine', 0)}: {m['message']}" for m in messages]


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
def test_every_page_is_valid(site: Callable[[str], Built], kind: str) -> None:
    """No error and no warning, whatever an author wrote."""
    built = site(kind)
    assert len(built.pages) > 40
    assert check(str(built.folder)) == []


@pytest.mark.full
def test_the_checker_would_say_so(site: Callable[[str], Built]) -> None:
    """A page with an obsolete element is reported: the checker reads what it is given."""
    page = (site("shipped").folder / "index.html").read_text(encoding="utf-8")
    file = site("shipped").folder.parent / "usang.html"
    file.write_text(page.replace("</main>", "<center>x</center></main>"), encoding="utf-8")
    assert len(check(str(file))) == 1
