"""Pictures in the site: every size of every picture, no original, and no bad picture stops the others."""

from __future__ import annotations

import io
import re
import shutil
import struct
import zlib
from pathlib import Path

import pytest
from lxml import html as markup
from PIL import Image, ImageDraw

from plugins.run import Built, build
from publisher.messages import Message
from tests.plugins.conftest import Office, tree

SITE = "https://humas.contoh.go.id/"
MARKER = b"RAHASIA-KAMERA"
FRONT = "image: {name}\nimage_alt: Warga antre"


def photo(width: int = 2000, height: int = 1000, **more: object) -> bytes:
    """A JPEG with a camera's notes."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height), fill="#c00000")
    exif = Image.Exif()
    exif[0x013B] = MARKER.decode()
    exif.get_ifd(0x8825)[1] = "S"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=MARKER, **more)
    return out.getvalue()


def saved(kind: str, mode: str = "RGB", frames: int = 1, size: tuple[int, int] = (500, 400)) -> bytes:
    """A picture of another kind."""
    out = io.BytesIO()
    every = [Image.new(mode, size, n + 1) for n in range(frames)]
    more = {"save_all": True, "append_images": every[1:]} if frames > 1 else {}
    every[0].save(out, kind, **more)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 3.6 thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    header = struct.pack(">LLBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(MARKER)) + chunk(b"IEND", b"")


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + MARKER * 9
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><!--" + MARKER + b"--></svg>"
BAD = {
    "bom.png": bomb(),
    "potong.jpg": photo()[:9000],
    "gambar.svg": SVG,
    "foto.heic": HEIC,
    "heic-bernama.jpg": HEIC,
    "teks.jpg": b"Bukan gambar " + MARKER,
    "kosong.png": b"",
}
GOOD = {
    "cetak.jpg": saved("JPEG", "CMYK"),
    "dalam.png": saved("PNG", "I;16"),
    "bergerak.gif": saved("GIF", "L", 3),
    "bergerak.webp": saved("WEBP", frames=3),
    "tipis.png": saved("PNG", size=(1, 1)),
    "lain.avif": saved("AVIF"),
}


def put(office: Office, name: str, data: bytes) -> None:
    """Puts a file beside the articles."""
    (office.root / "content/berita/2026" / name).write_bytes(data)


def errors(built: Built) -> list[tuple[str, int]]:
    return [(f.path, f.line) for f in built.findings if f.level == "error"]


def images(page: str) -> list[markup.HtmlElement]:
    return list(markup.fromstring(page).iter("img"))


def before(image: markup.HtmlElement) -> markup.HtmlElement:
    """The one source that stands before an image in its picture element."""
    (picture,) = image.iterancestors("picture")
    (source,) = picture.iter("source")  # lxml takes it for an element that holds the image
    return source


@pytest.fixture
def shown(office: Office) -> Office:
    """An office with an article that has a photo and two pictures in its text, and a page with two."""
    put(office, "foto.jpg", photo())
    put(office, "satu.png", saved("PNG", size=(900, 300)))
    put(office, "kecil.png", saved("PNG", size=(120, 80)))
    body = "![Satu](satu.png)\n\n![Kecil](kecil.png)"
    office.article("bergambar", body, more=FRONT.format(name="foto.jpg") + "\nfocus: [0, 0.5]")
    two = "![Satu](/berita/2026/satu.png)\n\n![Foto](/berita/2026/foto.jpg)"
    office.write("halaman/tentang.md", f"---\ntitle: Tentang\n---\n\n{two}\n")
    office.write("layanan/ptsp.md", f"---\nid: ptsp\nname: PTSP\n---\n\n{two}\n")
    return office


def test_every_picture_has_all_its_sizes(shown: Office) -> None:
    """AVIF and JPEG at four widths, never enlarged; the widest JPEG at the picture's lasting address."""
    built = shown.build()
    assert errors(built) == []
    made = {p: raw for p, raw in tree(shown.output / "gambar").items() if not re.match(r"\d+x\d+/", p)}
    folder = "berita/2026"
    assert set(made) == {
        *(f"{w}/{folder}/foto.{e}" for w in (400, 800, 1200, 1600) for e in ("avif", "jpg") if (w, e) != (1600, "jpg")),
        *(f"{w}/{folder}/satu.{e}" for w in (400, 800, 1200) for e in ("avif", "jpg") if (w, e) != (1200, "jpg")),
        f"400/{folder}/kecil.avif",
        *(f"{folder}/{name}.jpg" for name in ("foto", "satu", "kecil")),
    }
    sizes = {p: Image.open(io.BytesIO(raw)).size for p, raw in made.items()}
    assert sizes[f"{folder}/foto.jpg"] == sizes[f"1600/{folder}/foto.avif"] == (1600, 800)
    assert sizes[f"400/{folder}/foto.avif"] == (400, 200)
    assert sizes[f"{folder}/satu.jpg"] == sizes[f"1200/{folder}/satu.avif"] == (900, 300)
    assert sizes[f"{folder}/kecil.jpg"] == (120, 80)


def test_an_article_s_photo_has_its_crops(shown: Office) -> None:
    """Three parts around the focus, named after the article, since two articles may look at different places."""
    shown.article("kanan", more=FRONT.format(name="foto.jpg") + "\nfocus: [1, 0.5]")
    shown.build()
    colours = {}
    for slug in ("bergambar", "kanan"):
        for ratio, size in {"16x9": (1200, 675), "4x3": (1200, 900), "1x1": (1000, 1000)}.items():
            with Image.open(shown.output / f"gambar/{ratio}/20261101-{slug}.jpg") as crop:
                assert crop.size == size
                colours[slug, ratio] = crop.getpixel((50, 300))
    red, white = colours["bergambar", "1x1"], colours["kanan", "1x1"]
    assert isinstance(red, tuple)
    assert isinstance(white, tuple)
    assert red[0] > 180 > red[1]
    assert min(white) > 240


def test_a_browser_may_choose(shown: Office) -> None:
    """AVIF before JPEG, each with its widths; width, height and alternative text on every picture."""
    shown.build()
    for path, count in {"berita/bergambar": 3, "tentang": 2, "layanan/ptsp": 2}.items():
        page = shown.page(path)
        found = images(page)
        assert len(found) == count
        for image in found:
            width, height = int(image.get("width")), int(image.get("height"))
            source = before(image)
            assert source.get("type") == "image/avif"
            assert image.get("alt")
            assert image.get("decoding") == "async"
            with Image.open(shown.output / image.get("src").removeprefix(SITE)) as main:
                assert main.size == (width, height)
            for candidates in (source.get("srcset"), image.get("srcset") or f"{image.get('src')} {width}w"):
                for candidate in candidates.split(", "):
                    address, said = candidate.split(" ")
                    with Image.open(shown.output / address.removeprefix(SITE)) as file:
                        assert f"{file.width}w" == said
                assert said == f"{width}w"
            assert ("sizes" in image.attrib) == ("srcset" in image.attrib)


def test_only_the_first_picture_loads_at_once(shown: Office) -> None:
    """The photo, or the first picture of a text without one, comes first; the others when they are near."""
    shown.article("tanpa-foto", "![Satu](satu.png)\n\n![Kecil](kecil.png)")
    shown.build()
    for path in ("berita/bergambar", "berita/tanpa-foto", "tentang", "layanan/ptsp"):
        first, *others = images(shown.page(path))
        assert (first.get("fetchpriority"), first.get("loading")) == ("high", None), path
        assert {(i.get("fetchpriority"), i.get("loading")) for i in others} == {(None, "lazy")}, path


def test_home_shows_one_picture(shown: Office) -> None:
    """At most one picture on the home page, and none in lists."""
    for n in range(4):
        shown.article(f"lagi-{n}", more=FRONT.format(name="foto.jpg"), date="2026-11-22 08:00")
    shown.build()
    assert len(images(shown.page("."))) == 1
    for path in ("arsip", "arsip/2026/11", "kategori/pelayanan", "tag/haji"):
        assert images(shown.page(path)) == []


def test_feeds_carry_plain_pictures(shown: Office) -> None:
    """A reader app gets the JPEG at its lasting address, in the text as above it, and nothing to choose from."""
    shown.build()
    feed = (shown.output / "feeds/rss.xml").read_text(encoding="utf-8")
    assert feed.count(f"{SITE}gambar/berita/2026/satu.jpg") == 1
    assert f"{SITE}gambar/berita/2026/foto.jpg" in feed
    assert ".avif" not in feed
    assert "picture>" not in feed
    assert "srcset" not in feed


def test_the_photo_tells_of_all_its_files(shown: Office) -> None:
    """The manifest has the main JPEG; a picture's own address does not change with its sizes."""
    record = shown.build().manifest.record("20261101-bergambar")
    assert record is not None
    assert record.photo is not None
    assert (record.photo.path, record.photo.type) == ("gambar/berita/2026/foto.jpg", "image/jpeg")


@pytest.mark.parametrize("name", BAD)
def test_a_picture_that_cannot_be_used_is_left_out(office: Office, name: str) -> None:
    """As photo and in texts of each kind: the editor is told where, nothing of it is public, the others stand."""
    put(office, name, BAD[name])
    put(office, "foto.jpg", photo())
    office.article("baik", "![Foto](foto.jpg)", more=FRONT.format(name="foto.jpg"))
    office.article("foto-buruk", "Isi.", more=FRONT.format(name=name))
    office.article("isi-buruk", f"Satu.\n\n![Buruk]({name})\n\nDua.")
    office.write("halaman/tentang.md", f"---\ntitle: Tentang\n---\n\n![Buruk](/berita/2026/{name})\n")
    office.write("layanan/ptsp.md", f"---\nid: ptsp\nname: PTSP\n---\n\n![Buruk](/berita/2026/{name})\n")
    built = office.build()
    told = {path for path, _ in errors(built)}
    pages = {
        "berita/2026/foto-buruk.md": "berita/foto-buruk",
        "berita/2026/isi-buruk.md": "berita/isi-buruk",
        "halaman/tentang.md": "tentang",
        "layanan/ptsp.md": "layanan/ptsp",
    }
    assert told - {"berita/2026/urus-surat.md"} == set(pages)  # that one links to the service
    assert dict(errors(built))["berita/2026/foto-buruk.md"] > 0
    assert len(images(office.page("berita/baik"))) == 2
    # what the header shows is found when the text is read, which is then left out as a whole
    read = name != "potong.jpg"
    assert set(built.manifest.unreadable) == (set(pages) if read else set())
    for page in pages.values():
        assert (office.output / page).is_dir() is not read
        assert read or images(office.page(page)) == []
    stem = name.rsplit(".", 1)[0]
    every = tree(office.output)
    assert [p for p, raw in every.items() if MARKER in raw] == []
    assert [p for p in every if p.startswith(("gambar/", "berkas/")) and stem in p.split("/")[-1]] == (
        [p for p in every if stem == "foto" and "/foto." in p]
    )


@pytest.mark.parametrize("name", GOOD)
def test_an_odd_picture_is_shown(office: Office, name: str) -> None:
    """For the press, of 16 bits, animated, tiny, already AVIF: it becomes a plain picture like any other."""
    put(office, name, GOOD[name])
    office.article("aneh", f"![Aneh]({name})", more=FRONT.format(name=name))
    assert errors(office.build()) == []
    found = images(office.page("berita/aneh"))
    assert len(found) == 2
    for path in (found[0].get("src"), before(found[0]).get("srcset").split(" ")[0]):
        with Image.open(office.output / path.removeprefix(SITE)) as image:
            image.load()
            assert (image.mode, getattr(image, "n_frames", 1)) == ("RGB", 1)


def test_no_original_reaches_a_reader(office: Office) -> None:
    """Neither shown nor linked nor attached nor as the poster of a film: the camera's notes stay in the house."""
    put(office, "foto.jpg", photo())
    put(office, "tautan.jpg", photo())
    put(office, "lampiran.jpg", photo())
    put(office, "poster.jpg", photo())
    put(office, "film.mp4", b"\0\0\0\x18ftypmp42")
    put(office, "surat.pdf", b"%PDF-1.7")
    body = "![Foto](foto.jpg) [Foto besar](tautan.jpg)\n\n<video src='film.mp4' poster='poster.jpg' controls></video>"
    more = FRONT.format(name="foto.jpg") + "\nattachments: [lampiran.jpg, surat.pdf]"
    office.article("asli", body, more=more)
    assert errors(office.build()) == []
    every = tree(office.output)
    assert [p for p, raw in every.items() if MARKER in raw or b"Exif" in raw] == []
    page = office.page("berita/asli")
    assert f'href="{SITE}gambar/berita/2026/tautan.jpg"' in page
    assert f'poster="{SITE}gambar/berita/2026/poster.jpg"' in page
    assert "gambar/berita/2026/tautan.jpg" in every
    assert every["berkas/berita/2026/lampiran.jpg"] == photo_of(every, "lampiran")
    assert "berkas/berita/2026/lampiran.jpg" in page
    assert {p for p in every if p.startswith("berkas/")} == {
        "berkas/berita/2026/lampiran.jpg",
        "berkas/berita/2026/film.mp4",
        "berkas/berita/2026/surat.pdf",
    }


def photo_of(every: dict[str, bytes], name: str) -> bytes:
    return every[f"gambar/berita/2026/{name}.jpg"]


def test_a_link_to_a_picture_that_cannot_be_used_is_told(office: Office) -> None:
    """A HEIC would carry its place to the reader: it is not copied."""
    put(office, "foto.heic", HEIC)
    office.article("tautan", "[Foto](foto.heic)", more="attachments: [foto.heic]")
    assert {path for path, _ in errors(office.build())} == {"berita/2026/tautan.md"}
    assert [p for p, raw in tree(office.output).items() if MARKER in raw or "heic" in p] == []


def test_pictures_are_made_once_whatever_becomes_of_the_output(
    shown: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An unchanged picture is taken from the state even when the output was thrown away; lost or damaged ones
    are made again with the same bytes."""
    shown.build()
    first = tree(shown.output / "gambar")
    kept = shown.root / ".kentongan/cache/pictures"

    def refuse(*given: object, **more: object) -> None:
        raise AssertionError(given)

    with monkeypatch.context() as patched:
        patched.setattr("publisher.pictures.make", refuse)
        shutil.rmtree(shown.output / "gambar")
        shown.build()
        assert tree(shown.output / "gambar") == first
    for file in sorted(p for p in kept.rglob("*") if p.suffix in {".jpg", ".avif"}):
        file.write_bytes(file.read_bytes()[:-1])
    shown.build()
    assert tree(shown.output / "gambar") == first
    shutil.rmtree(kept)
    shown.build()
    assert tree(shown.output / "gambar") == first


def test_one_process_or_many_make_the_same_site(shown: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no second process can be had the build takes longer and is the same."""
    hands: list[int] = []
    helped = __import__("publisher.build.cores", fromlist=["_shared"])._shared

    def counted(*given: object) -> object:
        hands.append(given[2])  # type: ignore[arg-type]  # the number of processes
        return helped(*given)

    monkeypatch.setattr("publisher.build.cores.cores", lambda: 2)
    monkeypatch.setattr("publisher.build.cores._shared", counted)
    monkeypatch.setattr("publisher.build.cores.START_SECONDS", 0.1)
    shown.build()
    many = tree(shown.output / "gambar")
    assert hands[:1] == [2]
    shutil.rmtree(shown.root / ".kentongan")
    shutil.rmtree(shown.output / "gambar")
    monkeypatch.setattr("publisher.build.cores.cores", lambda: 1)
    shown.build()
    assert hands[1:] == []
    assert tree(shown.output / "gambar") == many


def test_a_new_picture_takes_the_place_of_the_old_one(shown: Office) -> None:
    """Other bytes under the same name change the files of that picture, and the revision of its articles."""
    before = shown.build().manifest.record("20261101-bergambar")
    put(shown, "satu.png", saved("PNG", size=(640, 300)))
    built = shown.build()
    after = built.manifest.record("20261101-bergambar")
    assert before is not None
    assert after is not None
    assert before.revision != after.revision
    pictures = {p for p in (*built.changed, *built.removed) if p.startswith("gambar/")}
    assert pictures == {p for p in pictures if "satu" in p}
    assert "gambar/berita/2026/satu.jpg" in built.changed
    assert "gambar/1200/berita/2026/satu.avif" in built.removed


@pytest.mark.parametrize("other", ["foto.png", "FOTO.jpeg"])
def test_two_pictures_never_get_one_address(office: Office, other: str) -> None:
    """Nor addresses that differ by upper and lower case only, which are one on many machines."""
    put(office, "foto.jpg", photo())
    put(office, other, saved("PNG" if other.endswith("png") else "JPEG"))
    office.article("dua", f"![Satu](foto.jpg)\n\n![Dua]({other})")
    built = office.build()
    assert errors(built) == [("berita/2026/dua.md", 13)]
    assert len(images(office.page("berita/dua"))) == 1


def test_a_long_build_says_how_far_it_is(shown: Office) -> None:
    """Each picture made is counted, up to all of them; pages too; a second build makes no picture."""
    said: list[tuple[Message, int, int]] = []

    def say(what: Message, done: int, of: int) -> None:
        said.append((what, done, of))

    build(shown.settings, shown.now, say=say)
    counts = [(done, of) for what, done, of in said if what.text.startswith("Pictures")]
    assert counts == [(n, 3) for n in (1, 2, 3)]
    pages = [(done, of) for what, done, of in said if what.text.startswith("Pages")]
    assert pages == [(n + 1, len(pages)) for n in range(len(pages))]
    assert len(pages) == 2 + 8 + 1
    said.clear()
    build(shown.settings, shown.now, say=say)
    assert not [what for what, *_ in said if what.text.startswith("Pictures")]


def test_a_picture_of_the_author_s_own_is_not_wrapped(office: Office) -> None:
    """An author who wrote a picture element keeps it: no element stands inside one of its kind."""
    put(office, "foto.jpg", photo())
    office.article("sendiri", '<picture><img src="foto.jpg" alt="Foto"></picture>')
    office.build()
    page = office.page("berita/sendiri")
    assert page.count("<picture>") == 1
    assert f'srcset="{SITE}gambar/400/berita/2026/foto.jpg 400w' in page


@pytest.mark.parametrize(
    "body",
    [
        "![Peta](https://lain.example/peta.png)",
        "<img src='//lain.example/peta.png' alt='Peta'>",
        "[![Peta](https://lain.example/peta.png)](https://lain.example/)",
    ],
)
def test_nothing_is_fetched_from_another_site(office: Office, body: str) -> None:
    """No third party learns who reads: a picture from elsewhere leaves its text, and the editor is told where."""
    office.article("kabar", body)
    built = office.build()
    (finding,) = (f for f in built.findings if f.rule == "elsewhere")
    assert (finding.path, finding.line > 0) == ("berita/2026/kabar.md", True)
    page = office.page("berita/kabar")
    assert "Peta" in page
    assert "peta.png" not in page
    assert "<img" not in page.partition('class="prose')[2]


def test_films_and_sounds_from_elsewhere_are_not_played(office: Office) -> None:
    """Neither a film nor its poster; what lies beside the text is."""
    body = "<video src='https://lain.example/a.mp4' poster='https://lain.example/a.jpg'></video>"
    office.article("kabar", f"{body}\n\n<video src='film.mp4' controls></video>")
    office.write("berita/2026/film.mp4", "x")
    built = office.build()
    assert len([f for f in built.findings if f.rule == "elsewhere"]) == 2
    page = office.page("berita/kabar")
    assert "lain.example" not in page
    assert 'src="https://humas.contoh.go.id/berkas/berita/2026/film.mp4"' in page
