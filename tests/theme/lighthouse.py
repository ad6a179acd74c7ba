"""Runs Lighthouse, which npm installs for the tests, with the Chromium of this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

from tests.theme.screen import chromium
from tests.theme.sites import NPM

PROGRAM = NPM / "lighthouse/cli/index.js"
CHROME = "--headless --no-sandbox --disable-gpu --disable-background-networking"
NODE = 20


def ready() -> str:
    """What is missing, in words; nothing when it can run."""
    node = shutil.which("node")
    if node is None or not PROGRAM.is_file() or chromium() is None:
        return "no Lighthouse: needs Chromium, Node.js and `npm ci` in tests/npm"
    version = subprocess.run([node, "--version"], capture_output=True, encoding="utf-8", check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < NODE:
        return f"no Lighthouse: needs Node.js {NODE} or newer, this is {version}"
    return ""


def report(address: str, *categories: str) -> dict[str, Any]:
    """What it says about the page at ``address`` in these categories, on the phone and net it takes for usual."""
    command = ["node", str(PROGRAM), address, "--quiet", "--output=json", f"--chrome-flags={CHROME}"]
    command += ["--no-enable-error-reporting", f"--only-categories={','.join(categories)}"]
    environ = {**os.environ, "CHROME_PATH": chromium() or ""}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=200, env=environ, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    if fault := found.get("runtimeError"):
        raise RuntimeError(fault["message"])
    return found
