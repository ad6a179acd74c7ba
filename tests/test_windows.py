"""The code is written for Windows too: nothing that only POSIX has is wanted at import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Every module of ours is imported in a process in which these are not there, as on Windows.
SCRIPT = """\
import os
import pkgutil
import sys
import warnings
from importlib import import_module

for name in ("fcntl", "pwd", "grp", "resource", "termios", "tty", "pty"):
    sys.modules[name] = None  # "import fcntl" raises ImportError from here on
for name in ("fork", "forkpty"):
    delattr(os, name)
warnings.simplefilter("error")
warnings.filterwarnings("ignore", message="only soft file lock is available", category=UserWarning)

import plugins
import publisher

count = 0
for package in (publisher, plugins):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not found.name.endswith("__main__") and ".migrations." not in found.name:
            import_module(found.name)
            count += 1
print(count)
"""


def test_imports_without_posix() -> None:
    """Every module under publisher and plugins imports where fcntl, pwd, grp, resource, termios, tty, pty and
    os.fork are missing; the one warning allowed is of the lock file that then stands in for a lock."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("KENTONGAN_")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    modules = [p for folder in ("publisher", "plugins") for p in (ROOT / folder).rglob("*.py")]
    ours = [p for p in modules if p.name not in ("__init__.py", "__main__.py") and "migrations" not in p.parts]
    assert int(done.stdout) >= len(ours)


def test_no_symlinks() -> None:
    """No code of ours makes a symbolic link, which wants a right of its own on Windows."""
    code = [p for folder in ("publisher", "plugins") for p in (ROOT / folder).rglob("*.py")]
    assert [p for p in code if "symlink_to(" in p.read_text(encoding="utf-8")] == []
    assert [p for p in code if "os.symlink(" in p.read_text(encoding="utf-8")] == []
