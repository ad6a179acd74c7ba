"""A sentence is short enough to be read once.

Source: house rule in office.toml. The project's own source article has 21.4 words a sentence and 35 in
the longest; GOV.UK's guidance on writing ("Content design: writing for GOV.UK") advises 25 at the most.
"""

from __future__ import annotations

from collections.abc import Iterable

from publisher.article import Article, Finding
from publisher.lint import Rules, _prose
from publisher.messages import msg


def check(article: Article, house: Rules) -> Iterable[Finding]:
    """An advice for each sentence with more than ``house.sentence_words`` words."""
    for block in _prose.blocks(article):
        for at, sentence in _prose.sentences(block):
            found = _prose.words(sentence)
            if len(found) > house.sentence_words:
                yield _prose.advice(
                    "long_sentences",
                    article,
                    msg(
                        "The sentence “{start} …” has {count} words; make two of it (at most {limit}).",
                        start=" ".join(found[:4]),
                        count=len(found),
                        limit=house.sentence_words,
                    ),
                    block.line_at(at + len(block.text[at:]) - len(block.text[at:].lstrip())),
                )
