"""Pictures: whatever is given, the public gets plain, upright AVIF and JPEG or the editor gets one clear sentence."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageDraw

from publisher import pictures
from publisher.errors import ContentFault, MachineFault
from publisher.pictures import File

GPS = 0x8825
SAVED = {
    "JPEG": {},
    "MPO": {"save_all": True, "append_images": [Image.new("RGB", (200, 100))]},
    "PNG": {},
    "WEBP": {"lossless": True},
    "GIF": {},
    "TIFF": {},
    "BMP": {},
    "AVIF": {"quality": 90},
}


Made = Callable[[Path], tuple[File, Image.Image]]


def opened(file: File) -> Image.Image:
    """The picture in ``file``, which is what the file says it is."""
    with Image.open(io.BytesIO(file.data)) as image:
        image.load()
        assert (image.mode, image.get_format_mimetype(), image.size) == ("RGB", file.type, (file.width, file.height))
        return image


@pytest.fixture
def made() -> Made:
    """Makes a picture and opens its largest JPEG."""

    def make(source: Path) -> tuple[File, Image.Image]:
        file = [f for f in pictures.make(source).sizes if f.type == "image/jpeg"][-1]
        return file, opened(file)

    return make


def halves(size: tuple[int, int] = (200, 100), mode: str = "RGB") -> Image.Image:
    """Red on the left, white on the right."""
    image = Image.new("RGB", size, "#c00000")
    ImageDraw.Draw(image).rectangle((size[0] // 2, 0, size[0], size[1]), fill="white")
    return image.convert(mode)


def near(pixel: object, wanted: tuple[int, int, int], by: int = 12) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= by for a, b in zip(pixel, wanted, strict=True))


@pytest.mark.parametrize("kind", SAVED)
def test_every_format_becomes_a_jpeg(tmp_path: Path, made: Made, kind: str) -> None:
    "Each format that we read ends as an RGB JPEG with the same picture."
    source = tmp_path / f"picture.{kind.lower()}"
    halves().save(source, kind, **SAVED[kind])
    shown, image = made(source)
    assert (shown.label, shown.type, shown.width, shown.height) == ("400", "image/jpeg", 200, 100)
    assert near(image.getpixel((40, 50)), (192, 0, 0))
    assert near(image.getpixel((160, 50)), (255, 255, 255))
    assert pictures.look(source) == (200, 100)


@pytest.mark.parametrize(
    ("size", "wanted"), [((3200, 1000), (1600, 500)), ((1600, 100), (1600, 100)), ((300, 20000), (120, 8000))]
)
def test_large_pictures_shrink_and_small_ones_stay(
    tmp_path: Path, made: Made, size: tuple[int, int], wanted: tuple[int, int]
) -> None:
    "At most 1600 pixels wide and 8000 high, in the same shape, and never enlarged."
    source = tmp_path / "picture.jpg"
    halves(size).save(source)
    assert made(source)[1].size == wanted


@pytest.mark.parametrize("turn", range(1, 9))
def test_pictures_stand_upright(tmp_path: Path, made: Made, turn: int) -> None:
    "The camera's orientation is applied, and look() says the size as it is seen."
    upright = halves((2400, 1200))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    source = tmp_path / "picture.jpg"
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = turn
    (upright.transpose(undo[turn]) if turn in undo else upright).save(source, exif=exif)
    assert pictures.look(source) == (2400, 1200)
    _, image = made(source)
    assert image.size == (1600, 800)
    assert near(image.getpixel((100, 400)), (192, 0, 0))
    assert near(image.getpixel((1500, 400)), (255, 255, 255))


def test_nothing_but_the_picture_is_left(tmp_path: Path, made: Made) -> None:
    "Place, owner, comment, XMP and colour profile of the original do not reach the public."
    source = tmp_path / "picture.jpg"
    exif = Image.Exif()
    exif[0x013B] = "RAHASIA"
    exif.get_ifd(GPS)[1] = "S"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    halves().save(source, exif=exif, comment=b"RAHASIA", xmp=b"<x>RAHASIA</x>", icc_profile=profile)
    assert source.read_bytes().count(b"RAHASIA") == 3
    _, image = made(source)
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    assert image.info.get("progressive")
    every = pictures.make(source, focuses=[(0.1, 0.1)])
    for file in (*every.sizes, *every.crops[0]):
        assert b"RAHASIA" not in file.data
        assert not {"exif", "icc_profile", "xmp", "comment"} & {*opened(file).info}


def test_colours_of_a_profile_are_kept(tmp_path: Path, made: Made) -> None:
    "A picture in another colour space looks in sRGB as it looked in its own; a damaged profile is left aside."
    source = tmp_path / "picture.png"
    grey = Image.new("RGB", (50, 50), (128, 128, 128))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = lab.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")
    halves().save(source, icc_profile=swapped)
    _, image = made(source)
    red, green, _ = image.getpixel((40, 50))  # type: ignore[misc] # an RGB pixel has three values
    assert green > red  # the profile says that the first channel is green
    grey.save(source, icc_profile=b"no profile at all")
    assert near(made(source)[1].getpixel((10, 10)), (128, 128, 128), 3)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA"])
def test_transparency_becomes_white(tmp_path: Path, made: Made, mode: str) -> None:
    "What is transparent is white, what is half transparent is half white."
    source = tmp_path / "picture.tiff" if mode == "PA" else tmp_path / "picture.png"
    clear = Image.new("RGBA", (60, 20), (0, 0, 0, 0))
    ImageDraw.Draw(clear).rectangle((30, 0, 60, 20), fill=(0, 0, 0, 255))
    if mode in {"P", "PA"}:
        source = tmp_path / "picture.gif"
        clear.save(source)
    else:
        clear.convert(mode).save(source)
    _, image = made(source)
    assert near(image.getpixel((8, 10)), (255, 255, 255))
    assert near(image.getpixel((52, 10)), (0, 0, 0))


def test_a_palette_with_one_clear_colour(tmp_path: Path, made: Made) -> None:
    "A palette PNG whose one colour is clear is put on white."
    source = tmp_path / "picture.png"
    image = halves().quantize(4)
    image.save(source, transparency=image.getpixel((10, 10)))
    assert near(made(source)[1].getpixel((40, 50)), (255, 255, 255))


def test_cmyk_becomes_rgb(tmp_path: Path, made: Made) -> None:
    "A picture made for the press has the same colours on the screen."
    source = tmp_path / "picture.jpg"
    halves(mode="CMYK").save(source, quality=95)
    _, image = made(source)
    assert near(image.getpixel((40, 50)), (192, 0, 0), 30)
    assert near(image.getpixel((160, 50)), (255, 255, 255))


@pytest.mark.parametrize(("mode", "half"), [("I;16", 32768), ("I", 32768), ("F", 0.5)])
def test_deep_grey_becomes_eight_bits(tmp_path: Path, made: Made, mode: str, half: float) -> None:
    "16 and 32 bits and fractions keep their light and dark."
    source = tmp_path / "picture.tiff"
    image = Image.new(mode, (40, 40))
    for x in range(40):
        for y in range(40):
            image.putpixel((x, y), 0 if x < 10 else half if x < 30 else half * 2 - (mode != "F"))
    image.save(source)
    shown = made(source)[1]
    assert near(shown.getpixel((3, 20)), (0, 0, 0))
    assert near(shown.getpixel((20, 20)), (128, 128, 128))
    assert near(shown.getpixel((36, 20)), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "LAB", "YCbCr"])
def test_other_modes_end_well(tmp_path: Path, made: Made, mode: str) -> None:
    "Black and white, grey, LAB and YCbCr become RGB."
    source = tmp_path / "picture.tiff"
    if mode == "LAB":
        Image.new("LAB", (200, 100), (255, 128, 128)).save(source)
    else:
        halves(mode=mode).save(source)
    assert near(made(source)[1].getpixel((160, 50)), (255, 255, 255))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame(tmp_path: Path, made: Made, kind: str) -> None:
    "An animated picture shows its first frame."
    source = tmp_path / f"picture.{kind.lower()}"
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("#c00000", "#0000c0")]
    frames[0].save(source, kind, save_all=True, append_images=frames[1:], duration=100)
    assert near(made(source)[1].getpixel((20, 20)), (192, 0, 0))


def png(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    header = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def truncated() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 400), 60).save(out, "JPEG")
    return out.getvalue()[: out.tell() // 2]


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64


@pytest.mark.parametrize(
    ("data", "name", "word"),
    [
        (truncated(), "potong.jpg", "damaged"),
        (b"", "kosong.png", "no picture"),
        (b"Bukan gambar", "teks.jpg", "no picture"),
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.svg", "SVG"),
        (HEIC, "foto.heic", "HEIC"),
        (HEIC, "foto.jpg", "HEIC"),
        (png(9000, 8000), "besar.png", "pixels"),
        (png(12000, 9000), "lebih-besar.png", "pixels"),
        (png(60000, 60000), "bom.png", "pixels"),
        (png(100, 100), "hampa.png", "damaged"),
        (b"%PDF-1.7", "surat.pdf", "no picture"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, data: bytes, name: str, word: str) -> None:
    "A file that is no usable picture is a fault of the content that names it and says why."
    source = tmp_path / name
    source.write_bytes(data)
    with pytest.raises(ContentFault) as caught:
        pictures.make(source)
    assert name in str(caught.value.message)
    assert word in str(caught.value.message)
    assert caught.value.where == source.as_posix()
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(("data", "name"), [(HEIC, "foto.heic"), (png(60000, 60000), "bom.png"), (b"", "kosong.png")])
def test_look_finds_it_too(tmp_path: Path, data: bytes, name: str) -> None:
    "The cheap look finds what the header already shows."
    source = tmp_path / name
    source.write_bytes(data)
    with pytest.raises(ContentFault):
        pictures.look(source)


def test_a_missing_file_and_a_folder_are_content_faults(tmp_path: Path) -> None:
    "No file, a folder in place of a file and a name that cannot be are the content's fault."
    for source in (tmp_path / "tiada.png", tmp_path, tmp_path / "a\0b.png", tmp_path / ("n" * 300)):
        with pytest.raises(ContentFault):
            pictures.look(source)


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    "Nothing but the picture decides on the output: no clock, no name, no number of cores, no other process."
    source = tmp_path / "picture.png"
    Image.effect_noise((900, 700), 90).save(source)
    here = pictures.make(source, focuses=[(0.2, 0.3)])
    os.utime(source, (1, 1))
    other = source.rename(tmp_path / "other.png")
    script = (
        "import pickle, sys; from pathlib import Path; from publisher import pictures;"
        "sys.stdout.buffer.write(pickle.dumps(pictures.make(Path(sys.argv[1]), focuses=[(0.2, 0.3)])))"
    )
    one_core = [shutil.which("taskset"), "-c", "0"] if shutil.which("taskset") else []
    there = subprocess.run([*one_core, sys.executable, "-c", script, other], capture_output=True, check=True)
    assert pickle.loads(there.stdout) == here


def test_a_photo_comes_in_every_width_as_avif_and_jpeg(tmp_path: Path) -> None:
    "AVIF and JPEG at 400, 800, 1200 and 1600 pixels, narrow to wide, JPEG progressive."
    source = tmp_path / "picture.jpg"
    halves((2560, 1440)).save(source)
    found = pictures.make(source)
    assert found.crops == ()
    assert [(f.label, f.type, f.width, f.height) for f in found.sizes] == [
        (str(w), t, w, w * 9 // 16) for w in (400, 800, 1200, 1600) for t in ("image/avif", "image/jpeg")
    ]
    for file in found.sizes:
        image = opened(file)
        assert near(image.getpixel((file.width // 4, 40)), (192, 0, 0))
        assert near(image.getpixel((file.width * 3 // 4, 40)), (255, 255, 255))
        assert file.type == "image/avif" or image.info["progressive"]


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((1000, 500), [("400", 400), ("800", 800), ("1200", 1000)]),
        ((810, 500), [("400", 400), ("800", 800)]),
        ((399, 500), [("400", 399)]),
        ((1, 1), [("400", 1)]),
        ((20000, 3), [("400", 400), ("800", 800), ("1200", 1200), ("1600", 1600)]),
        ((2, 20000), [("400", 1)]),
    ],
)
def test_no_size_is_enlarged(tmp_path: Path, size: tuple[int, int], wanted: list[tuple[str, int]]) -> None:
    "A picture has the steps that it reaches, and its own width as the last one unless that is nearly a step."
    source = tmp_path / "picture.png"
    Image.new("L", size, 90).save(source)
    found = pictures.make(source).sizes
    assert [(f.label, f.width) for f in found if f.type == "image/avif"] == wanted
    assert [(f.label, f.width) for f in found if f.type == "image/jpeg"] == wanted
    assert all(1 <= f.height <= pictures.HEIGHT and opened(f) for f in found)


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((2560, 1440), [(1200, 675), (1200, 900), (1200, 1200)]),
        ((1600, 900), [(1200, 675), (1200, 900), (900, 900)]),
        ((900, 1600), [(900, 506), (900, 675), (900, 900)]),
        ((300, 200), [(300, 169), (266, 200), (200, 200)]),
        ((1, 1), [(1, 1), (1, 1), (1, 1)]),
        ((4000, 2), [(3, 2), (2, 2), (2, 2)]),
    ],
)
def test_crops_are_as_wide_as_the_photo_allows(
    tmp_path: Path, size: tuple[int, int], wanted: list[tuple[int, int]]
) -> None:
    "16x9, 4x3 and 1x1 as one JPEG each, 1200 pixels wide or what the photo has, never enlarged."
    source = tmp_path / "picture.png"
    Image.new("RGB", size, "green").save(source)
    found = pictures.make(source, sizes=False, focuses=[pictures.CENTRE])
    assert found.sizes == ()
    (crops,) = found.crops
    assert [(c.label, c.type) for c in crops] == [(r, "image/jpeg") for r in ("16x9", "4x3", "1x1")]
    assert [(c.width, c.height) for c in crops] == wanted
    assert all(opened(c) for c in crops)


@pytest.mark.parametrize("turn", [1, 6])
def test_crops_show_what_the_focus_points_at(tmp_path: Path, turn: int) -> None:
    "The part around the focus as the picture is seen, moved inside where it would stick out."
    upright = Image.new("RGB", (1000, 500), "white")
    draw = ImageDraw.Draw(upright)
    draw.rectangle((0, 0, 99, 499), fill="#c00000")
    draw.rectangle((900, 0, 999, 499), fill="#0000c0")
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = turn
    source = tmp_path / "picture.png"
    (upright.transpose(Image.Transpose.ROTATE_90) if turn == 6 else upright).save(source, exif=exif)
    left, middle, right, off = pictures.make(source, focuses=[(0, 0), (0.5, 0.5), (1, 1), (0.3, 0.5)]).crops
    red, blue, white = (192, 0, 0), (0, 0, 192), (255, 255, 255)
    square = [opened(crops[2]) for crops in (left, middle, right, off)]
    assert [i.size for i in square] == [(500, 500)] * 4
    assert near(square[0].getpixel((50, 250)), red)
    assert near(square[1].getpixel((5, 250)), white)
    assert near(square[1].getpixel((494, 250)), white)
    assert near(square[2].getpixel((450, 250)), blue)
    assert near(square[3].getpixel((25, 250)), red)  # its left edge stands at 50 of 1000
    assert near(square[3].getpixel((75, 250)), white)


def test_a_crop_is_cut_from_the_original(tmp_path: Path) -> None:
    "Not from a smaller size: a square of a wide photo has its full height."
    source = tmp_path / "picture.jpg"
    halves((4000, 1200)).save(source)
    assert [(c.width, c.height) for c in pictures.make(source, focuses=[(0.5, 0.5)]).crops[0]][2] == (1200, 1200)


def test_what_a_telephone_loads_is_light(tmp_path: Path) -> None:
    "The 800-pixel AVIF of the busiest upright photo stays below the limit that keeps its page below 60 KB."
    source = tmp_path / "picture.jpg"
    noise = [Image.effect_noise((75, 100), 80).resize((900, 1200)) for _ in range(3)]
    fine = Image.effect_noise((900, 1200), 25)
    Image.merge("RGB", [ImageChops.add(n, fine, offset=-128) for n in noise]).save(source, quality=95)
    (phone,) = (f for f in pictures.make(source).sizes if (f.label, f.type) == ("800", "image/avif"))
    assert len(phone.data) <= pictures.PHONE_BYTES
    out = io.BytesIO()
    with Image.open(source) as image:
        image.resize((800, 1067)).save(out, "AVIF", quality=pictures.AVIF_QUALITY, **pictures.AVIF_WAY)
    assert out.tell() > pictures.PHONE_BYTES  # so the limit was needed


@pytest.mark.parametrize(
    ("data", "name", "wanted"),
    [
        (HEIC, "a.heic", True),
        (b"\xff\xd8\xff\xe0", "a.txt", True),
        (b"BMKG: cuaca cerah", "a.txt", False),
        (b"RIFF\0\0\0\0WAVE", "a.wav", False),
        (b"RIFF\0\0\0\0WEBP", "a.webp", True),
        (b"\0\0\0\x18ftypmp42", "a.mp4", False),
        (b"\0\0\0\x18ftypavif", "a.avif", True),
        (b"%PDF-1.7", "a.pdf", False),
        (b"", "a.jpg", False),
    ],
)
def test_what_counts_as_a_picture(tmp_path: Path, data: bytes, name: str, *, wanted: bool) -> None:
    "Its first bytes decide whether a file may hold a camera's notes, not its name."
    (tmp_path / name).write_bytes(data)
    assert pictures.is_picture(tmp_path / name) is wanted
    assert not pictures.is_picture(tmp_path)


def test_a_pillow_without_avif_is_the_machine_s_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    "No site is built with half of its pictures."
    monkeypatch.setattr("PIL.features.check", lambda name: name != "avif")
    with pytest.raises(MachineFault, match="AVIF"):
        pictures.make(tmp_path / "picture.png")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(sorted(SAVED)),
    changes=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=12),
    length=st.integers(0, 4000),
)
def test_damaged_files_are_faults_or_pictures(
    tmp_path: Path, kind: str, changes: list[tuple[int, int]], length: int
) -> None:
    "However a file is damaged, it is a picture or a ContentFault, never another error."
    out = io.BytesIO()
    halves((60, 40)).save(out, kind, **SAVED[kind])
    data = bytearray(out.getvalue())
    for at, value in changes:
        data[at % len(data)] = value
    source = tmp_path / "picture"
    source.write_bytes(data[: max(length, 20)])
    try:
        found = pictures.make(source, focuses=[pictures.CENTRE])
    except ContentFault:
        return
    assert found.sizes
    assert all(f.width <= pictures.WIDTHS[-1] for f in found.sizes)
    assert len(found.crops[0]) == 3
