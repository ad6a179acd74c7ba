"""`kentongan` on a disk that gets full: python full_disk.py N COMMAND …

After N files or folders were begun below the current folder, every further one is refused as by a full disk
(ENOSPC); a rename and a deletion need no room and go on. How many were begun stands in ``begun.txt``.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main() -> None:
    room, folder = int(sys.argv[1]), str(Path.cwd())
    begun = 0

    def watch(event: str, values: tuple[Any, ...]) -> None:
        nonlocal begun
        if event not in ("open", "os.mkdir") or not isinstance(values[0], (str, os.PathLike)):
            return
        path = os.path.abspath(values[0])  # noqa: PTH100 - it resolves no link and asks no disk
        writes = event == "os.mkdir" or (isinstance(values[2], int) and values[2] & WRITING)
        if not writes or not path.startswith(folder) or path.endswith((".lock", "begun.txt")):
            return
        begun += 1
        if begun > room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    sys.argv = ["kentongan", *sys.argv[2:]]
    from publisher.cli import main as kentongan

    sys.addaudithook(watch)
    try:
        kentongan()
    finally:
        Path("begun.txt").write_text(str(begun), encoding="ascii")


if __name__ == "__main__":
    main()
