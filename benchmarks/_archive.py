"""The content that benchmarks/build.py publishes, what an editor changes in it, and the same for the peers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchmarks import corpus

ROOT = Path(__file__).resolve().parent.parent
WORD = "perubahanuji"  # no article of the corpus has it
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Archive:
    """An office's folder with the project's own content and ``count`` made-up articles."""

    office: Path
    count: int
    pictures: bool = True
    added: int = 0
    touched: set[int] = field(default_factory=set)

    def make(self) -> None:
        """Writes it all."""
        for name in ("content", "theme"):
            shutil.copytree(ROOT / name, self.office / name)
        for name in ("pelicanconf.py", "office.toml"):
            shutil.copy(ROOT / name, self.office)
        corpus.write(self.content, self.count, pictures=self.pictures)

    @property
    def content(self) -> Path:
        """The content folder."""
        return self.office / "content"

    def articles(self) -> list[Path]:
        """Every article there is, below the content folder."""
        return sorted(p.relative_to(self.content) for p in (self.content / "berita").rglob("*.md"))

    def add(self) -> Path:
        """One more article, newer than all."""
        self.added += 1
        made = corpus.add(self.content, self.count + self.added, pictures=self.pictures)
        return made.relative_to(self.content)

    def edit(self) -> Path:
        """A sentence more in an old one."""
        return self._rewrite(lambda text: f"{text}\nKalimat {WORD} ditambahkan.\n")

    def title(self) -> Path:
        """A new title for an old one."""
        return self._rewrite(lambda text: _with(text, "title", rf"\g<0> {WORD}"))

    def tag(self) -> Path:
        """Other tags for an old one."""
        return self._rewrite(lambda text: _with(text, "tags", f"tags: [{corpus.TAGS[0]}]"))

    def rename(self) -> Path:
        """A new address for an old one; the former one leads on."""
        old = self._old()
        slug = f"{old.stem}-{WORD}"
        text = _with(old.read_text("utf-8"), "slug", f"slug: {slug}\nformer: [{old.stem}]")
        new = old.with_name(f"{slug}.md")
        new.write_text(text, encoding="utf-8")
        old.unlink()
        return new.relative_to(self.content)

    def delete(self) -> Path:
        """An old one less."""
        old = self._old()
        old.unlink()
        return old.relative_to(self.content)

    def _rewrite(self, change: Callable[[str], str]) -> Path:
        file = self._old()
        file.write_text(change(file.read_text("utf-8")), encoding="utf-8")
        return file.relative_to(self.content)

    def _old(self) -> Path:
        """An article that no job has touched, now here and now there in the archive."""
        number = next(
            n
            for n in ((len(self.touched) * 7919 + 7 + k) % self.count for k in range(self.count))
            if n not in self.touched
        )
        self.touched.add(number)
        return self.content / corpus.piece(number, illustrated=self.pictures).path


def _with(text: str, key: str, line: str) -> str:
    """``text`` with another line for ``key`` in its front matter."""
    return re.sub(rf"^{key}: .*$", line, text, count=1, flags=re.MULTILINE)


def converted(text: str, tags: str = "tags") -> str:
    """An article as Hugo and Eleventy read it: a date with a zone, and no field that is for us alone. ``tags`` is what
    the field is called there: Eleventy would make a collection of each."""
    front, body = parted(text)
    kept = ("id", "title", "slug", "category", "authors", "place", "summary", "image", "services")
    lines = {key: front[key] for key in kept if key in front}
    lines |= {"date": dated(front), tags: front.get("tags", [])}
    return f"---\n{yaml.safe_dump(lines, allow_unicode=True, width=10_000)}---\n{body}"


def for_pelican(text: str) -> str:
    """An article as Pelican's own reader takes it."""
    front, body = parted(text)
    lines = {
        "Title": front["title"],
        "Date": dated(front)[:16].replace("T", " "),
        "Slug": front["slug"],
        "Category": front.get("category", "Berita"),
        "Tags": ", ".join(front.get("tags", [])),
        "Authors": "; ".join(front.get("authors", [])),
        "Summary": front.get("summary", ""),
    }
    # what our links lead to has no meaning there
    plain = re.sub(r"\]\((?!https?:)[^)]*\)", "](https://kabar.example.go.id/)", body)
    return "".join(f"{key}: {value}\n" for key, value in lines.items() if value) + f"\n{plain}"


def parted(text: str) -> tuple[dict[str, Any], str]:
    """Front matter and text of an article."""
    _, front, body = text.split("---\n", 2)
    return yaml.load(front, Loader=LOADER), body


def dated(front: dict[str, Any]) -> str:
    """The date in ISO 8601."""
    found = re.match(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d))?", str(front["date"]))
    if found is None:
        raise SystemExit(f"{front['id']} has no date that this program reads.")
    return f"{found[1]}T{found[2] or '00:00'}:00+07:00"
