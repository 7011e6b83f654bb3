"""check_photo: is this a photo that read_photo would take, as far as its beginning tells?"""

from __future__ import annotations

import warnings
from typing import IO

from PIL import Image

from faceborn.errors import FacebornError
from faceborn.photo.decode import MAX_PIXELS, openers, too_large, unreadable


def check_photo(file: IO[bytes], name: str = "<bytes>") -> tuple[int, int]:
    """(width, height) as stored, without decoding: milliseconds, and no memory for the pixels.

    Raises UnreadablePhoto, PhotoTooLarge. A file that is damaged further on passes.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=openers()) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise too_large(name, image.size)
                return image.size
    except FacebornError:
        raise
    except Image.DecompressionBombError as error:
        raise too_large(name) from error
    except Exception as error:  # decoders answer a broken file with any exception
        file.seek(0)
        raise unreadable(file.read(1), name, error) from error
