"""Gives templates their words, dates and what the site knows beside Pelican's own lists."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from pelican import Pelican, signals

from plugins import _jinja
from plugins._convert import Run, run_of
from publisher.build.choose import totals
from publisher.errors import MachineFault
from publisher.messages import msg
from publisher.search import in_order
from publisher.structured import Facts


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(give)


def give(pelican: Pelican) -> None:
    """Sets what templates may use; the names are those of docs/developer-guide.md."""
    run = run_of(pelican.settings)
    if run is None:
        return
    data = data_files(run)
    settings = pelican.settings
    office = run.order.settings.office
    settings["JINJA_FILTERS"] = {**settings["JINJA_FILTERS"], **_jinja.filters(run.zone)}
    settings["JINJA_ENVIRONMENT"] = {**settings["JINJA_ENVIRONMENT"], "bytecode_cache": _compiled(run)}
    settings["JINJA_GLOBALS"] = {
        **settings["JINJA_GLOBALS"],
        "_": _jinja.words,
        "once": _jinja.once(),
        "site": run.site,
        "office": office,
        "facts": Facts(run.site, office, run.order.now),
        "register": run.services(),
        "preview": run.order.preview,
        "data": data,
        "stated": totals(run.services(), data.get("pernyataan", {})),
        "searched": in_order(run.searched),
        "cards": run.cards,
        "syndication": syndication(run.order.settings.state),
    }


def _compiled(run: Run) -> FileSystemBytecodeCache:
    """Templates as Python code, kept by their sources."""
    folder = run.order.settings.state / "cache" / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


def data_files(run: Run) -> dict[str, Any]:
    """``content/data/*.toml`` by name; one that cannot be read is left out with a finding."""
    found: dict[str, Any] = {}
    for path in sorted((run.order.settings.content / "data").glob("*.toml")):
        try:
            found[path.stem] = tomllib.loads(path.read_text(encoding="utf-8"))
        except ValueError as fault:  # TOMLDecodeError and UnicodeDecodeError are
            run.find(
                "data", "error", msg("The file is not valid TOML: {detail}", detail=str(fault)), f"data/{path.name}"
            )
    return found


def syndication(state: Path) -> dict[str, list[dict[str, str]]]:
    """The addresses of posts by article id, as ``deliver`` wrote them."""
    path = state / "syndication.json"
    try:
        found = json.loads(path.read_bytes())
        return {str(k): [{"network": p["network"], "url": p["url"]} for p in v] for k, v in found.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise MachineFault(
            msg("The file is damaged; delete it, `kentongan deliver` writes it anew."), where=str(path)
        ) from fault
