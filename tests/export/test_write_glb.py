"""A GLB read back is the head that was written."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image

from faceborn.export import write_glb
from faceborn.export.images import SOURCE_COLOR, SOURCE_MARGIN_PX, source_image
from faceborn.export.morphs import LEAST_MOVE_MM
from faceborn.geometry.meshes import vertex_normals
from faceborn.geometry.rotations import rotation_from_vector
from faceborn.geometry.skinning import skin
from faceborn.model.parts import MATERIAL_OF, PART_NAMES
from faceborn.types import Array, Camera, Source
from tests.export.glb_reader import Glb, read_glb
from tests.export.painted import COLORS, JAW_OPEN, painted_head

LIMIT_BYTES = 12_000_000


@cache
def painted_glb() -> Glb:
    return read_glb(write_glb(painted_head()))


def part_vertices(part: str) -> Array:
    """Vertices of a part, ascending: the order that the file keeps."""
    model = painted_head().shape.model
    here = model.triangle_part == model.part_names.index(part)
    return np.unique(model.triangles[here])


def test_same_mesh() -> None:
    """Every part has its triangles, positions in metres, texture coordinates v down."""
    glb, shape = painted_glb(), painted_head().shape
    model = shape.model
    seen = 0
    for primitive in glb.document["meshes"][0]["primitives"]:
        part, attributes = glb.part(primitive), primitive["attributes"]
        corners = model.triangles[model.triangle_part == model.part_names.index(part)]
        indices = glb.accessor(primitive["indices"]).reshape(-1, 3)
        positions = glb.accessor(attributes["POSITION"])
        np.testing.assert_allclose(positions[indices] * 1000, shape.vertices_mm[corners], atol=1e-4)
        if "TEXCOORD_0" in attributes:
            uv = glb.accessor(attributes["TEXCOORD_0"])[indices]
            np.testing.assert_allclose(uv[..., 0], model.uv[corners][..., 0], atol=1e-6)
            np.testing.assert_allclose(1 - uv[..., 1], model.uv[corners][..., 1], atol=1e-6)
        seen += len(corners)
    assert seen == len(model.triangles)


def test_only_what_is_see_through_comes_last() -> None:
    """Viewers draw blended parts in the order of the file: shade, tear line, lashes."""
    glb = painted_glb()
    parts = [glb.part(primitive) for primitive in glb.document["meshes"][0]["primitives"]]
    assert parts == [part for part in PART_NAMES if part in parts]
    modes = [glb.document["materials"][index].get("alphaMode") for index in range(len(parts))]
    assert modes == sorted(modes, key=bool)
    assert modes.count("BLEND") == sum(MATERIAL_OF[part].alpha == "blend" for part in parts)


def test_normals_are_smooth_over_seams() -> None:
    """Normals are unit vectors, and vertices at one point of the surface share theirs."""
    glb, model = painted_glb(), painted_head().shape.model
    normals = np.zeros((len(model.uv), 3))
    for primitive in glb.document["meshes"][0]["primitives"]:
        used = part_vertices(glb.part(primitive))
        normals[used] = glb.accessor(primitive["attributes"]["NORMAL"])
    used = np.unique(model.triangles)
    np.testing.assert_allclose(np.linalg.norm(normals[used], axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(normals[used], normals[model.weld[used]], atol=1e-6)


def test_expressions() -> None:
    """52 targets by their ARKit names move every vertex as the blendshapes do, in metres."""
    glb, shape = painted_glb(), painted_head().shape
    mesh = glb.document["meshes"][0]
    assert tuple(mesh["extras"]["targetNames"]) == shape.model.expression_names
    assert mesh["weights"] == [0.0] * 52
    for primitive in mesh["primitives"]:
        used = part_vertices(glb.part(primitive))
        assert len(primitive["targets"]) == 52
        for target, blendshape in zip(primitive["targets"], shape.blendshapes_mm, strict=True):
            moved = glb.accessor(target["POSITION"]) * 1000
            error = np.linalg.norm(moved - blendshape[used], axis=1)
            assert error.max() <= LEAST_MOVE_MM + 1e-4


def test_morphed_normals() -> None:
    """Normals of the face at weight 1 are those of the moved surface, within 2 degrees."""
    glb, shape = painted_glb(), painted_head().shape
    primitive = glb.document["meshes"][0]["primitives"][0]
    assert glb.part(primitive) == "face"
    used = part_vertices("face")
    rest = glb.accessor(primitive["attributes"]["NORMAL"])
    for name in ("jawOpen", "mouthSmileLeft", "browInnerUp"):
        number = shape.model.expression_names.index(name)
        moved = shape.vertices_mm + shape.blendshapes_mm[number]
        wanted = vertex_normals(moved, shape.model.triangles, shape.model.weld)[used]
        got = rest + glb.accessor(primitive["targets"][number]["NORMAL"])
        got /= np.linalg.norm(got, axis=1, keepdims=True)
        angle_deg = np.rad2deg(np.arccos(np.clip((got * wanted).sum(1), -1, 1)))
        # Not each one: moves under 0.01 mm turn the slivers in the corners of the eyes.
        assert (angle_deg > 2).mean() < 1e-3, name


def test_rig_turns_as_the_model_says() -> None:
    """Joints read from the file and turned move the vertices as `skin` does."""
    glb, shape = painted_glb(), painted_head().shape
    nodes, entry = glb.document["nodes"], glb.document["skins"][0]
    model = shape.model
    assert [nodes[joint]["name"] for joint in entry["joints"]] == list(model.joint_names)
    inverse_bind = glb.accessor(entry["inverseBindMatrices"]).reshape(-1, 4, 4)
    rng = np.random.default_rng(2)
    rotations = np.stack([rotation_from_vector(rng.normal(0, 0.3, 3)) for _ in model.joint_names])

    world: dict[int, Array] = {}

    def place(node: int, parent: Array) -> None:
        local = np.eye(4)
        local[:3, :3] = rotations[entry["joints"].index(node)]
        local[:3, 3] = nodes[node]["translation"]
        world[node] = parent @ local
        for child in nodes[node].get("children", []):
            place(child, world[node])

    place(entry["skeleton"], np.eye(4))
    matrices = np.stack(
        [world[joint] @ inverse_bind[i].T for i, joint in enumerate(entry["joints"])]
    )
    wanted = skin(
        shape.vertices_mm, model.skin_weights, shape.joints_mm, model.joint_parents, rotations
    )
    for primitive in glb.document["meshes"][0]["primitives"]:
        attributes = primitive["attributes"]
        positions = glb.accessor(attributes["POSITION"])
        joints, weights = (glb.accessor(attributes[name]) for name in ("JOINTS_0", "WEIGHTS_0"))
        np.testing.assert_allclose(weights.sum(1), 1, atol=1e-6)
        blended = np.einsum("vk,vkab->vab", weights, matrices[joints])
        moved = np.einsum("vab,vb->va", blended[:, :3, :3], positions) + blended[:, :3, 3]
        used = part_vertices(glb.part(primitive))
        np.testing.assert_allclose(moved * 1000, wanted[used], atol=0.05)


def test_skinned_mesh_stands_at_the_root() -> None:
    """A skinned mesh below another node would be moved twice by some viewers."""
    document = painted_glb().document
    roots = document["scenes"][0]["nodes"]
    (holder,) = (index for index, node in enumerate(document["nodes"]) if "mesh" in node)
    assert set(roots) == {holder, document["skins"][0]["skeleton"]}
    assert len({node["name"] for node in document["nodes"]}) == len(document["nodes"])


def test_textures() -> None:
    """Opaque pictures are JPEG of the right colour, see-through ones PNG, without loss."""
    glb, texture = painted_glb(), painted_head().texture
    for name, image in texture.images.items():
        if name not in {entry["name"] for entry in glb.document["images"]}:
            assert not len(part_vertices(name)), "a part without its picture"
            continue
        kind, data = glb.image(name)
        decoded = np.asarray(Image.open(BytesIO(data)))
        if image.ndim == 3 and image.shape[2] == 4:
            assert kind == "image/png"
            np.testing.assert_array_equal(decoded, image)
        else:
            assert kind == "image/jpeg"
            assert np.abs(decoded.astype(int) - image).mean() < 3
            if image.ndim == 3:
                assert np.abs(decoded[2, 2].astype(int) - COLORS[name]).max() <= 2


def test_roughness_maps_are_used() -> None:
    """Face and scalp name theirs, and the factor does not dim it."""
    document = painted_glb().document
    for part in ("face", "scalp"):
        (material,) = (m for m in document["materials"] if m["name"] == part)
        surface = material["pbrMetallicRoughness"]
        texture = document["textures"][surface["metallicRoughnessTexture"]["index"]]
        assert document["images"][texture["source"]]["name"] == f"{part}_roughness"
        assert surface["roughnessFactor"] == 1.0
        assert surface["metallicFactor"] == 0.0


def test_source_map_is_a_variant() -> None:
    """The second look of face and scalp shows which texels were seen, mirrored, inferred."""
    glb, texture = painted_glb(), painted_head().texture
    variants = glb.document["extensions"]["KHR_materials_variants"]["variants"]
    assert [variant["name"] for variant in variants] == ["albedo", "source"]
    shown = set()
    for primitive in glb.document["meshes"][0]["primitives"]:
        if "extensions" not in primitive:
            continue
        albedo, source = primitive["extensions"]["KHR_materials_variants"]["mappings"]
        assert albedo == {"material": primitive["material"], "variants": [0]}
        assert source["variants"] == [1]
        material = glb.document["materials"][source["material"]]
        index = material["pbrMetallicRoughness"]["baseColorTexture"]["index"]
        image = glb.document["images"][glb.document["textures"][index]["source"]]
        decoded = np.asarray(Image.open(BytesIO(glb.image(image["name"])[1])))
        part = glb.part(primitive)
        for value in Source:
            np.testing.assert_array_equal(
                (decoded == SOURCE_COLOR[value]).all(-1), texture.source[part] == value
            )
        shown.add(part)
    assert shown == {"face", "scalp"}


def test_source_map_reaches_over_its_seams() -> None:
    """A texel beside a piece of the atlas has its colour: a seam would show specks of OUTSIDE."""
    labels = np.full((64, 64), Source.OUTSIDE, np.uint8)
    labels[20:40, 20:30] = Source.SEEN
    labels[20:40, 30:40] = Source.INFERRED
    colors = source_image(labels)
    inside, around = np.s_[20:40, 20:40], SOURCE_MARGIN_PX
    for value in (Source.SEEN, Source.INFERRED):
        np.testing.assert_array_equal(
            (colors[inside] == SOURCE_COLOR[value]).all(-1), labels[inside] == value
        )
    assert (colors[25, 20 - around : 20] == SOURCE_COLOR[Source.SEEN]).all()
    assert (colors[25, 40 : 40 + around] == SOURCE_COLOR[Source.INFERRED]).all()
    assert (colors[25, : 20 - around] == SOURCE_COLOR[Source.OUTSIDE]).all()


def test_facts() -> None:
    """The file says what the photo showed, enough to draw the head over it again."""
    result = painted_head()
    facts = painted_glb().document["extras"]["faceborn"]
    names = result.shape.model.expression_names
    assert tuple(facts["expression"]) == names
    assert facts["expression"]["jawOpen"] == JAW_OPEN
    assert facts["scale"] == result.fit.scale
    assert facts["scale_sd"] == result.fit.scale_sd
    told = facts["camera"]
    camera = Camera(
        size_px=tuple(told["size_px"]),
        focal_px=told["focal_px"],
        center_px=tuple(told["center_px"]),
        camera_from_head=np.array(told["camera_from_head"]),
        translation_mm=np.array(told["translation_mm"]),
    )
    vertices = result.shape.vertices_mm
    np.testing.assert_allclose(
        camera.project(vertices), result.fit.camera.project(vertices), atol=0.01
    )


def test_same_head_same_bytes() -> None:
    assert write_glb(painted_head()) == write_glb(painted_head())


def test_fits_twelve_megabytes() -> None:
    """At 2048 px with the grain of a sharp portrait in every texture."""
    size = len(write_glb(painted_head(2048, skin_noise=8.0)))
    assert size < LIMIT_BYTES
