"""What needs to know the terminal: tables, progress, paths as typed here, the browser."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from publisher.cli._console import Console
from publisher.messages import Message, msg

NARROW = 100  # columns below which a table cannot be read


def print_table(console: Console, heads: Sequence[Message], rows: Sequence[Sequence[str]]) -> None:
    """A table in a terminal, two lines a row in a narrow one, lines divided by tabs in none."""
    if not sys.stdout.isatty():
        for row in rows:
            console.print("\t".join(row))
        return
    if shutil.get_terminal_size().columns < NARROW:
        for row in rows:
            console.print(" · ".join(cell for cell in row[:-1] if cell))
            console.print(f"  {row[-1]}")
        return
    from rich import box
    from rich.console import Console as Terminal
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(
            head.say(console.lang), overflow="fold", no_wrap=False, ratio=None if number < len(heads) - 2 else 1
        )
    for row in rows:
        cells = [Text(cell) for cell in row]
        if row[-1].startswith(("http://", "https://", "file://")):
            cells[-1].stylize(f"link {row[-1]}")
        table.add_row(*cells)
    Terminal().print(table)


class Progress:
    """Long work in a terminal gets a bar; elsewhere a line a step that has no count, and nothing more."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Callable[[Message, int, int], None]:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console as Terminal
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
            self._bar = Bar(*columns, console=Terminal(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=None)
        return self._say

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def _say(self, what: Message, done: int, of: int) -> None:
        text = what.say(self._console.lang)
        if self._bar:
            self._bar.update(self._task, completed=done, total=of or None, description=text)
        elif not of and not self._quiet:
            with contextlib.suppress(BrokenPipeError):  # nobody reads it: no reason to stop half-way
                self._console.warn(text)


def open_page(console: Console, page: Path) -> None:
    """Shows a page on this computer in the person's browser."""
    import webbrowser

    if not webbrowser.open(page.as_uri()):
        console.warn(msg("No browser could be started; open {file} yourself.", file=shown(page)))


def shown(path: Path) -> str:
    """``path`` as a person would type it here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
