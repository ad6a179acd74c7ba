"""Tags are changed where they stand; every other byte stays."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.build.html import Attributes, _Tags, find_tags, swap_tags, tag

TAGS = ["<a href='x'>", "</a>", '<img src="y"/>', "<a href=x>", "<a\nhref='z'\n>", "<script>", "</script>"]
SCRAPS = ["<", ">", '"', "'", "&amp;", "&", "<!-- a -->", "<a", " href=", "é", "<![CDATA[", "<?x", "</a", "\n", "teks"]
PIECES = st.lists(st.sampled_from([*TAGS, *SCRAPS]))


@given(PIECES)
def test_what_is_not_changed_keeps_its_bytes(pieces: list[str]) -> None:
    """Whatever a text holds, a swap that changes nothing gives it back."""
    html = "".join(pieces)
    assert swap_tags(html, ("a", "img"), lambda name, attributes: attributes) == html


WRITTEN = (
    '<a href="x">',
    '<a href="x?a=1&amp;b=&quot;2&quot;" title="a &gt; b">',
    "</a>",
    '<img src="y" alt="" src="z">',
)
WRITTEN += (
    "<p>",
    '<p lang="ar">',
    "</p>",
    "<br>",
    '<img data-x="1">',
    "a &lt; b &amp;amp; \"c\" 'd' é >\n",
    '<img alt="x">',
)


@settings(max_examples=500)
@given(st.lists(st.sampled_from(WRITTEN) | st.sampled_from([*TAGS, *SCRAPS]), max_size=8).map("".join))
@example("<style>" + WRITTEN[0])
def test_the_quick_way_finds_the_same(html: str) -> None:
    """Tags found by their form are those that a parser finds."""
    assert find_tags(html, ("a", "img", "p")) == _Tags(html, frozenset(("a", "img", "p"))).found


def test_only_the_named_tag_is_written_anew() -> None:
    """Attributes are escaped; the rest of the text is left as its author wrote it."""

    def swap(name: str, attributes: Attributes) -> Attributes:
        return {**attributes, "href": 'x?a=1&b="2"'}

    html = "<p class=besar>é &amp; <a\n href='lama' download>ke sana</a> <b>tetap</b></p>"
    new = '<p class=besar>é &amp; <a href="x?a=1&amp;b=&quot;2&quot;" download>ke sana</a> <b>tetap</b></p>'
    assert swap_tags(html, ("a",), swap) == new


def test_a_tag_can_be_left_out() -> None:
    """A picture that does not exist leaves no broken frame."""
    assert swap_tags('a<img src="x"/>b\n<img src="y">c', ("img",), lambda n, a: None) == "ab\nc"


def test_a_text_takes_the_place_of_a_tag() -> None:
    """A picture in several sizes stands where its one tag stood; values are escaped."""
    new = tag("img", {"alt": 'Meja "satu" & dua', "hidden": None})
    assert new == '<img alt="Meja &quot;satu&quot; &amp; dua" hidden>'
    html = "<p>a<img src=x>b</p>"
    assert swap_tags(html, ("img",), lambda n, a: f"<picture>{new}</picture>") == f"<p>a<picture>{new}</picture>b</p>"


def test_code_is_no_tag() -> None:
    """What a text shows as code is not changed."""
    html = "<pre>&lt;a href=&quot;x&quot;&gt;</pre><!-- <a href='y'> --><script>'<a href=\"z\">'</script>"
    assert swap_tags(html, ("a",), lambda n, a: None) == html
