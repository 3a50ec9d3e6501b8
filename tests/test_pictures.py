"""Pictures that people send: only what is seen on them stays; what is none, or too big, is named."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from community import pictures
from community.pictures import PictureFault, tidy

GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


def photo(size: tuple[int, int] = (400, 300), form: str = "JPEG", mode: str = "RGB", turned: int = 1) -> bytes:
    """A photo as a phone writes it, with where it was taken; its left upper corner is red."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 4, size[1] // 4))
    image = image.convert(mode)
    exif = image.getexif()
    exif[ORIENTATION], exif[MAKER] = turned, "some phone"
    exif[GPS] = {1: "N", 2: (38.0, 55.0, 12.0)}
    file = BytesIO()
    image.save(file, form, exif=exif, comment="said by the phone") if form == "JPEG" else image.save(file, form)
    return file.getvalue()


def seen(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content), formats=["JPEG"])


def test_where_and_by_what_it_was_taken_is_gone() -> None:
    assert b"some phone" in photo()
    kept = tidy(photo())
    assert b"phone" not in kept
    assert not seen(kept).getexif()
    assert {"exif", "comment"}.isdisjoint(seen(kept).info)


@pytest.mark.parametrize(("turned", "corner"), [(1, (5, 5)), (3, (395, 295)), (6, (295, 5)), (8, (5, 395))])
def test_it_stands_upright(turned: int, corner: tuple[int, int]) -> None:
    red, green, _ = seen(tidy(photo(turned=turned))).convert("RGB").getpixel(corner)  # type: ignore[misc] # three bands
    assert (red > 200, green < 80) == (True, True)


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "LA"), ("GIF", "P"), ("WEBP", "RGB"), ("BMP", "L")]
)
def test_any_usual_kind_becomes_the_same_kind(form: str, mode: str) -> None:
    assert seen(tidy(photo(form=form, mode=mode))).size == (400, 300)


def test_a_big_one_is_made_small() -> None:
    kept = tidy(photo((4000, 3000)))
    assert seen(kept).size == (1600, 1200)
    assert len(kept) < 200_000


def bomb(width: int = 9_000, height: int = 8_000, form: str = "PNG") -> bytes:
    """A few kilobytes that unfold into hundreds of millions."""
    file = BytesIO()
    Image.new("1", (width, height)).save(file, form)
    return file.getvalue()


def test_a_jpeg_may_have_more_pixels_for_it_is_made_small_while_it_is_read() -> None:
    assert seen(tidy(bomb(6_000, 4_000, "JPEG"))).size == (1600, 1067)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "打不开"),
        (b"GIF89a", "打不开"),
        (b"<svg onload='alert(1)'/>", "打不开"),
        (b"%PDF-1.4", "打不开"),
        (photo()[:-400], "打不开"),
        (b"\xff\xd8\xff" + b"\0" * pictures.HEAVIEST, "太大"),
        (bomb(), "太大"),
        (bomb(6_000, 4_000), "太大"),
    ],
)
def test_what_cannot_be_taken_says_why(content: bytes, words: str) -> None:
    with pytest.raises(PictureFault, match=words):
        tidy(content)


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]))
def test_whatever_comes_is_a_picture_or_a_fault(content: bytes, begin: bytes) -> None:
    with pytest.raises(PictureFault):
        tidy(begin + content)
