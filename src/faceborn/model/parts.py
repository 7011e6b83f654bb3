"""The parts of the head, how each looks, and its masks. The only place that lists them."""

from __future__ import annotations

from faceborn.types import Material

MATERIALS: tuple[Material, ...] = (
    Material(part="face", image="face", roughness=0.55, roughness_image="face_roughness"),
    Material(part="scalp", image="scalp", roughness=0.7, roughness_image="scalp_roughness"),
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

# Radius of the iris in the polar texture of an eye, around (0.5, 0.5): 5.85 mm on the mean head.
# Other radii of that texture, and why this one: training/head/eyes.py.
IRIS_UV_RADIUS = 0.114

# Each mask runs from 0 to 1 across this width, 0.5 on the border of its region, so that
# (mask - 0.5) * MASK_RAMP_MM[name] is the signed distance to the border, inside positive.
MASK_RAMP_MM: dict[str, float] = {
    "face": 30.0,  # hairline to jaw, without ears
    "scalp": 60.0,  # where hair grows on most heads; its border is the hairline
    "ears": 16.0,
    "neck": 40.0,  # and shoulders
    "beard": 24.0,  # moustache, jaw, sideburns, upper throat
    "lips": 6.0,
    "brows": 8.0,
    "lids": 8.0,  # 6 mm around the lid openings
    "eye_sockets": 20.0,  # brow to cheekbone
    "nostrils": 6.0,  # what no one sees from in front
}
