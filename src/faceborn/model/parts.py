"""The parts of the head and how each looks. The only place that lists them."""

from __future__ import annotations

from faceborn.types import Material

MATERIALS: tuple[Material, ...] = (
    Material(part="face", image="face", roughness=0.55),
    Material(part="scalp", image="scalp", roughness=0.7),
    Material(part="mouth", roughness=0.5, base_color=(0.16, 0.035, 0.03, 1.0), double_sided=True),
    Material(part="sockets", roughness=0.6, base_color=(0.25, 0.07, 0.06, 1.0), double_sided=True),
    Material(part="gums", image="gums", roughness=0.3),
    Material(part="tongue", image="tongue", roughness=0.4),
    Material(part="teeth", image="teeth", roughness=0.2),
    Material(part="eye_left", image="eye_left", roughness=0.08),
    Material(part="eye_right", image="eye_right", roughness=0.08),
    Material(part="eye_shade", image="eye_shade", roughness=1.0, alpha="blend"),
    Material(part="tearline", image="tearline", roughness=0.05, alpha="blend"),
    Material(part="lashes", image="lashes", roughness=0.8, alpha="blend", double_sided=True),
)
PART_NAMES: tuple[str, ...] = tuple(material.part for material in MATERIALS)
MATERIAL_OF = {material.part: material for material in MATERIALS}
