"""One photo in, a living head out.

    import faceborn
    head = faceborn.from_photo("me.jpg")
    head.save("me.glb")

Every step is public too. Names are imported when they are first used, so that `import faceborn`
and `faceborn --version` are instant.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from faceborn.assets import asset_path as asset_path
    from faceborn.assets import verify_assets as verify_assets
    from faceborn.errors import AssetError as AssetError
    from faceborn.errors import ChangedAsset as ChangedAsset
    from faceborn.errors import ExportError as ExportError
    from faceborn.errors import FacebornError as FacebornError
    from faceborn.errors import FaceError as FaceError
    from faceborn.errors import FaceTooSmall as FaceTooSmall
    from faceborn.errors import FaceTurnedAway as FaceTurnedAway
    from faceborn.errors import FitError as FitError
    from faceborn.errors import MissingAsset as MissingAsset
    from faceborn.errors import MissingExtra as MissingExtra
    from faceborn.errors import NoFace as NoFace
    from faceborn.errors import NoPhoto as NoPhoto
    from faceborn.errors import PhotoError as PhotoError
    from faceborn.errors import PhotoTooLarge as PhotoTooLarge
    from faceborn.errors import TextureError as TextureError
    from faceborn.errors import UnknownFormat as UnknownFormat
    from faceborn.errors import UnreadablePhoto as UnreadablePhoto
    from faceborn.errors import UnwritableOutput as UnwritableOutput
    from faceborn.export import read_glb_summary as read_glb_summary
    from faceborn.export import write_glb as write_glb
    from faceborn.export import write_obj as write_obj
    from faceborn.export import write_ply as write_ply
    from faceborn.export import write_surface_ply as write_surface_ply
    from faceborn.faces import find_faces as find_faces
    from faceborn.files import check_folder as check_folder
    from faceborn.files import make_folder as make_folder
    from faceborn.files import write_files as write_files
    from faceborn.fit import fit_face as fit_face
    from faceborn.head import FORMATS as FORMATS
    from faceborn.head import Head as Head
    from faceborn.model import load_head_model as load_head_model
    from faceborn.model import make_shape as make_shape
    from faceborn.photo import MAX_PIXELS as MAX_PIXELS
    from faceborn.photo import check_photo as check_photo
    from faceborn.photo import list_photos as list_photos
    from faceborn.photo import read_photo as read_photo
    from faceborn.pipeline import GEOMETRIES as GEOMETRIES
    from faceborn.pipeline import Portrait as Portrait
    from faceborn.pipeline import from_photo as from_photo
    from faceborn.render import draw_preview as draw_preview
    from faceborn.texture import bake_texture as bake_texture
    from faceborn.types import Camera as Camera
    from faceborn.types import Face as Face
    from faceborn.types import Fit as Fit
    from faceborn.types import HeadModel as HeadModel
    from faceborn.types import Photo as Photo
    from faceborn.types import Result as Result
    from faceborn.types import Shape as Shape
    from faceborn.types import Solid as Solid
    from faceborn.types import Source as Source
    from faceborn.types import Surface as Surface
    from faceborn.types import Texture as Texture

_NAMES_OF = {
    "assets": "asset_path verify_assets",
    "errors": "AssetError ChangedAsset ExportError FacebornError FaceError FaceTooSmall "
    "FaceTurnedAway FitError MissingAsset MissingExtra NoFace NoPhoto PhotoError PhotoTooLarge "
    "TextureError UnknownFormat UnreadablePhoto UnwritableOutput",
    "export": "read_glb_summary write_glb write_obj write_ply write_surface_ply",
    "faces": "find_faces",
    "files": "check_folder make_folder write_files",
    "fit": "fit_face",
    "head": "FORMATS Head",
    "model": "load_head_model make_shape",
    "photo": "MAX_PIXELS check_photo list_photos read_photo",
    "pipeline": "GEOMETRIES Portrait from_photo",
    "render": "draw_preview",
    "texture": "bake_texture",
    "types": "Camera Face Fit HeadModel Photo Result Shape Solid Source Surface Texture",
}
_HOME_OF = {name: module for module, names in _NAMES_OF.items() for name in names.split()}

__all__ = sorted([*_HOME_OF, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'faceborn' has no attribute {name!r}")
    value = getattr(import_module(f"faceborn.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
