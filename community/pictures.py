"""Pictures that people send: checked to be one, made small, turned upright, rid of where and when they were taken."""

from io import BytesIO

from PIL import Image, ImageOps

from community.refusal import Refusal

HEAVIEST = 12 * 1024 * 1024
"""Bytes of a picture that are looked at."""
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_MOST_OF_JPEG = 60_000_000
"""Pixels; a JPEG is made small while it is read."""
_MOST_PIXELS = 20_000_000
"""Of any other, which has to be unfolded whole: four bytes for each, twice, and a file of 80 kB may hold that many."""
_LONGEST = 1600
"""Pixels of the longer side that are kept."""
_QUALITY = 85
SUFFIX = ".jpg"


class PictureFault(Refusal):
    """This cannot be taken as a picture; the text says why."""


def tidy(content: bytes) -> bytes:
    """The picture as a JPEG of ours: what is seen on it, nothing that the phone wrote beside. Raises PictureFault."""
    if len(content) > HEAVIEST:
        raise PictureFault("这张图太大了")
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > (_MOST_OF_JPEG if image.format == "JPEG" else _MOST_PIXELS):
                raise PictureFault("这张图太大了")
            image.draft("RGB", (_LONGEST, _LONGEST))
            image.thumbnail((_LONGEST, _LONGEST))  # before it is turned, for turning copies it
            return _as_jpeg(ImageOps.exif_transpose(image))
    except PictureFault:
        raise
    except Exception as error:  # Pillow raises nearly anything over what is no picture, or half of one
        raise PictureFault("这张图打不开") from error


def _as_jpeg(image: Image.Image) -> bytes:
    """On white where it is transparent; a new image, so that nothing but the pixels comes along."""
    whole = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(whole, mask=whole.getchannel("A"))
    file = BytesIO()
    paper.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()
