"""The head as one GLB: parts, textures, 52 expressions, six joints. glTF 2.0.

Head space already has glTF's axes (x to the person's left, y up, z out of the nose); only the
unit changes, from millimetres to metres.
"""

from __future__ import annotations

import itertools

import numpy as np

from faceborn import __version__
from faceborn.export.binary import INDEX_VIEW, VERTEX_VIEW, Binary, Json
from faceborn.export.credit import CREDIT
from faceborn.export.images import SOURCE_COLOR, encode_texture, source_image
from faceborn.export.morphs import Deltas, sparse_morphs
from faceborn.geometry.meshes import vertex_normals
from faceborn.model.parts import MATERIALS
from faceborn.types import Array, Material, Result, Shape, Source

METRES = np.float32(0.001)
JOINTS_PER_VERTEX = 4  # as every engine takes
# Hidden or see-through: morphed normals would cost 0.8 MB and show nothing.
WITHOUT_MORPHED_NORMALS = frozenset({"mouth", "sockets", "eye_shade", "tearline", "lashes"})

SMOOTH, SHARP = 0, 1  # samplers


def write_glb(result: Result) -> bytes:
    """The neutral head with its rig; the photo's expression stands in `extras`.

    The same result gives the same bytes.
    """
    shape = result.shape
    binary = Binary()
    images = _Images(binary)
    parts = [
        material
        for material in MATERIALS
        if np.any(shape.model.triangle_part == shape.model.part_names.index(material.part))
    ]
    materials = [_material(material, result, images) for material in parts]
    primitives = _primitives(shape, parts, binary)
    for part, primitive in zip(parts, list(primitives), strict=True):
        if part.part in result.texture.source:
            # A second look that viewers can switch to; plain material where they cannot.
            primitive["extensions"] = _variants(primitive["material"], len(materials))
            materials.append(_source_material(part, result, images))
    skin, nodes = _skeleton(shape, binary)
    mesh = {
        "name": "faceborn",
        "primitives": primitives,
        "weights": [0.0] * len(shape.blendshapes_mm),
        "extras": {"targetNames": list(shape.model.expression_names)},
    }
    nodes.append({"name": "faceborn", "mesh": 0, "skin": 0})
    document: Json = {
        "asset": {
            "version": "2.0",
            "generator": f"faceborn {__version__}",
            "copyright": " ".join(CREDIT),
        },
        "extras": {"faceborn": _facts(result)},
        "scene": 0,
        "scenes": [{"nodes": [0, len(nodes) - 1]}],
        "nodes": nodes,
        "skins": [skin],
        "meshes": [mesh],
        "materials": materials,
        "samplers": [
            {"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071},
            {"magFilter": 9728, "minFilter": 9728, "wrapS": 33071, "wrapT": 33071},
        ],
        "textures": images.textures,
        "images": images.images,
    }
    if len(materials) > len(parts):
        variants = [{"name": "albedo"}, {"name": "source"}]
        document["extensionsUsed"] = ["KHR_materials_variants"]
        document["extensions"] = {"KHR_materials_variants": {"variants": variants}}
    return binary.finish(document)


class _Images:
    """The pictures in the file, each stored once."""

    def __init__(self, binary: Binary) -> None:
        self.images: list[Json] = []
        self.textures: list[Json] = []
        self._binary = binary
        self._index: dict[str, int] = {}

    def add(self, name: str, image: Array, *, alpha: bool = False, sharp: bool = False) -> Json:
        """textureInfo of (h, w, 3 or 4) uint8."""
        if name not in self._index:
            self._index[name] = len(self.textures)
            lossless = sharp or alpha
            data = encode_texture(name, image, lossless=lossless)
            self.images.append(
                {
                    "name": name,
                    "mimeType": "image/png" if lossless else "image/jpeg",
                    "bufferView": self._binary.add_view(data),
                }
            )
            self.textures.append(
                {"sampler": SHARP if sharp else SMOOTH, "source": len(self.images) - 1}
            )
        return {"index": self._index[name]}


def _material(material: Material, result: Result, images: _Images) -> Json:
    blended = material.alpha == "blend"
    surface: Json = {
        "baseColorFactor": list(material.base_color),
        "metallicFactor": 0.0,
        "roughnessFactor": material.roughness,
    }
    if material.image is not None:
        image = result.texture.images[material.image]
        alpha = blended and image.shape[2] == 4
        surface["baseColorTexture"] = images.add(material.image, image, alpha=alpha)
    rough = material.roughness_image
    if rough is not None and rough in result.texture.images:
        # glTF reads roughness from green, metal from blue times 0: grey will do.
        surface["metallicRoughnessTexture"] = images.add(rough, result.texture.images[rough])
        surface["roughnessFactor"] = 1.0
    entry: Json = {"name": material.part, "pbrMetallicRoughness": surface}
    if blended:
        entry["alphaMode"] = "BLEND"
    if material.double_sided:
        entry["doubleSided"] = True
    return entry


def _source_material(material: Material, result: Result, images: _Images) -> Json:
    name = f"{material.part}_source"
    picture = source_image(result.texture.source[material.part])
    return {
        "name": name,
        "pbrMetallicRoughness": {
            "baseColorTexture": images.add(name, picture, sharp=True),
            "metallicFactor": 0.0,
            "roughnessFactor": 1.0,
        },
    }


def _variants(albedo: int, source: int) -> Json:
    mappings = [{"material": albedo, "variants": [0]}, {"material": source, "variants": [1]}]
    return {"KHR_materials_variants": {"mappings": mappings}}


def _primitives(shape: Shape, parts: list[Material], binary: Binary) -> list[Json]:
    """One primitive per part, in the order of `parts`: what is see-through is drawn last."""
    model = shape.model
    normals = vertex_normals(shape.vertices_mm, model.triangles, model.weld)
    normals[np.linalg.norm(normals, axis=1) < 0.5] = (0, 0, 1)  # a point without a surface
    uv = np.stack([model.uv[:, 0], 1 - model.uv[:, 1]], axis=1).astype(np.float32)
    joints, weights = _strongest_joints(model.skin_weights)
    part_of = np.full(len(uv), len(parts))  # of a vertex: the number of its primitive
    row_of = np.zeros(len(uv), int)  # and its row there
    primitives: list[Json] = []
    counts: list[int] = []
    for number, material in enumerate(parts):
        part = model.part_names.index(material.part)
        used, local = np.unique(model.triangles[model.triangle_part == part], return_inverse=True)
        part_of[used], row_of[used] = number, np.arange(len(used))
        counts.append(len(used))
        dtype = np.uint16 if len(used) < 0xFFFF else np.uint32  # the last number is reserved
        attributes = {
            "POSITION": binary.add(
                shape.vertices_mm[used] * METRES, target=VERTEX_VIEW, bounds=True
            ),
            "NORMAL": binary.add(normals[used], target=VERTEX_VIEW),
            "JOINTS_0": binary.add(joints[used], target=VERTEX_VIEW),
            "WEIGHTS_0": binary.add(weights[used], target=VERTEX_VIEW),
        }
        if material.image is not None:
            attributes["TEXCOORD_0"] = binary.add(uv[used], target=VERTEX_VIEW)
        indices = binary.add(local.ravel().astype(dtype), target=INDEX_VIEW)
        primitives.append(
            {"attributes": attributes, "indices": indices, "material": number, "targets": []}
        )
    for (moved, moves_mm), (turned, turns) in sparse_morphs(shape):
        moves = _by_part(part_of, row_of, moved, moves_mm * METRES, len(parts))
        turning = _by_part(part_of, row_of, turned, turns, len(parts))
        for number, (material, primitive) in enumerate(zip(parts, primitives, strict=True)):
            target = {"POSITION": binary.add_deltas(*moves[number], counts[number], bounds=True)}
            if material.part not in WITHOUT_MORPHED_NORMALS:
                target["NORMAL"] = binary.add_deltas(*turning[number], counts[number], bounds=False)
            primitive["targets"].append(target)
    return primitives


def _by_part(
    part_of: Array, row_of: Array, vertices: Array, values: Array, count: int
) -> list[Deltas]:
    """The deltas of each of `count` primitives, by its own rows.

    part_of, row_of  (V,) the primitive that a vertex belongs to, and its row there
    vertices         (N,) ascending; so are the rows, whose order is that of the vertices
    """
    order = np.argsort(part_of[vertices], kind="stable")
    vertices, values = vertices[order], values[order]
    ends = np.searchsorted(part_of[vertices], np.arange(count + 1))
    return [
        (row_of[vertices[start:end]], values[start:end]) for start, end in itertools.pairwise(ends)
    ]


def _strongest_joints(skin_weights: Array) -> tuple[Array, Array]:
    """(V, J) to the four strongest joints of each vertex (V, 4) uint8 and weights of sum 1."""
    joints = np.argsort(-skin_weights, axis=1, kind="stable")[:, :JOINTS_PER_VERTEX]
    weights = np.take_along_axis(skin_weights, joints, 1).astype(np.float64)
    weights = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
    return np.where(weights > 0, joints, 0).astype(np.uint8), weights


def _skeleton(shape: Shape, binary: Binary) -> tuple[Json, list[Json]]:
    """The skin and one node per joint, root first, each placed relative to its parent."""
    model = shape.model
    at = shape.joints_mm.astype(np.float64) / 1000
    nodes: list[Json] = []
    for joint, name in enumerate(model.joint_names):
        parent = int(model.joint_parents[joint])
        offset = at[joint] - (at[parent] if parent >= 0 else 0)
        node: Json = {"name": name, "translation": [round(float(v), 7) for v in offset]}
        children = np.flatnonzero(model.joint_parents == joint)
        if len(children):
            node["children"] = children.tolist()
        nodes.append(node)
    inverse_bind = np.tile(np.eye(4, dtype=np.float32), (len(at), 1, 1))
    inverse_bind[:, 3, :3] = -at  # glTF keeps matrices column by column
    skin = {
        "joints": list(range(len(nodes))),
        "skeleton": 0,
        "inverseBindMatrices": binary.add(inverse_bind),
    }
    return skin, nodes


def _facts(result: Result) -> Json:
    """What the file says about how it came to be; schema in docs/formats.md."""
    fit = result.fit
    return {
        "version": __version__,
        "expression": {
            name: round(float(weight), 4)
            for name, weight in zip(
                result.shape.model.expression_names, fit.expression, strict=True
            )
        },
        "camera": fit.camera.to_plain(),
        "yaw_deg": round(float(fit.yaw_deg), 2),
        "pitch_deg": round(float(fit.pitch_deg), 2),
        "roll_deg": round(float(fit.roll_deg), 2),
        "scale": round(float(fit.scale), 5),
        "scale_sd": round(float(fit.scale_sd), 5),
        "identity": np.round(fit.identity, 4).tolist(),
        "face_score": round(float(result.face.score), 4),
        "seen_fraction": round(float(result.texture.seen_fraction), 4),
        "photo_sha256": result.photo.sha256,
        "source_colors": {
            source.name.lower(): list(SOURCE_COLOR[source])
            for source in Source
            if source is not Source.OUTSIDE
        },
    }
