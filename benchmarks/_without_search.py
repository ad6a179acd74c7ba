"""The command `kentongan` with an empty search index: Pagefind is not called, all else is as ever.

    python benchmarks/_without_search.py build

The search index has a row of its own in benchmarks/build.py.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any


def nothing(entries: Any, target: Path, *, engine: bool) -> None:
    """Stands for ``publisher.search.bundle``."""
    (target / "pagefind-entry.json").write_text("{}", encoding="utf-8")


class Swap(MetaPathFinder):
    """Swaps the one function when its module is imported, and not before: what a build never loads stays unloaded."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module as it is, its function changed."""
        if name != "publisher.search":
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def changed(module: ModuleType) -> None:
            execute(module)
            if not hasattr(module, "bundle"):
                raise SystemExit("publisher.search has no bundle() any more; this file must follow.")
            module.bundle = nothing  # type: ignore[attr-defined]

        spec.loader.exec_module = changed  # type: ignore[method-assign]
        return spec


if __name__ == "__main__":
    sys.meta_path.insert(0, Swap())
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from publisher.__main__ import main

    main()
