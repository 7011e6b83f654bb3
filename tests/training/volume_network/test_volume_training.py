"""Training's compiled twins, its loss, and that it learns and goes on where it was cut off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("numba")

from face_network.framing import Framing
from face_network.pool import Pool
from photographs.shards import Shard
from volume_network.batches import Source, _chosen, packed
from volume_network.guide_map import ridge
from volume_network.heads import error_mm, missing_mm, missing_points_mm, moved
from volume_network.losses import SoftCrossEntropy
from volume_network.network import Design, VolumeNetwork
from volume_network.samples import Sample
from volume_network.solid import occupancy as compiled

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.model import load_head_model
from faceborn.volume.grid import (
    GUIDE_SIZE,
    GUIDE_SLICES,
    NEAR,
    PICTURE_PX,
    SIZE,
    SLICES,
    unpack,
)
from faceborn.volume.guide import load_guide
from faceborn.volume.solid import closed_triangles, occupancy


@pytest.mark.parametrize(("size", "slices", "rays"), [(96, 100, 2), (48, 50, 1)])
def test_the_compiled_solid_is_its_twin(size: int, slices: int, rays: int) -> None:
    model = load_head_model()
    triangles = closed_triangles(model)
    turned = model.mean_mm @ rotation_from_angles(40.0, 10.0, 5.0).T
    places = turned * (1, -1, 1) / 254.0 + (0.5, 0.54, -0.3)
    slow = occupancy(places, triangles, size=size, slices=slices, near=NEAR, rays=rays)
    fast = compiled(places, triangles, size=size, slices=slices, near=NEAR, rays=rays)
    np.testing.assert_allclose(fast.transpose(2, 0, 1), slow, atol=1e-4)


def test_packing_is_undone_by_unpacking() -> None:
    solids = np.random.default_rng(0).integers(0, 255, (2, SIZE, SIZE, SLICES), np.uint8)
    cells = packed(solids)[1].transpose(2, 0, 1)
    np.testing.assert_array_equal(unpack(cells), solids[1].transpose(2, 0, 1))


def test_the_gradient_is_that_of_torchs_cross_entropy() -> None:
    torch.manual_seed(0)
    logits = torch.randn(2, 10, 4, 4, requires_grad=True)
    inside = torch.randint(0, 256, (2, 10, 4, 4), dtype=torch.uint8)
    SoftCrossEntropy.apply(logits, inside).backward()
    ours = logits.grad.clone()
    logits.grad = None
    torch.nn.functional.binary_cross_entropy_with_logits(logits, inside.float() / 255).backward()
    torch.testing.assert_close(ours, logits.grad, atol=1e-6, rtol=1e-4)


def test_a_step_towards_the_truth_lowers_the_error() -> None:
    """Untrained, it leaves a guide as it is."""
    torch.manual_seed(1)
    design = Design(body_widths=(8, 8, 12, 16), body_blocks=(1, 1, 1, 1), widths=(8, 8, 8))
    network = VolumeNetwork(design)
    picture = torch.randn(2, 3, PICTURE_PX, PICTURE_PX)
    guide = torch.rand(2, GUIDE_SLICES, GUIDE_SIZE, GUIDE_SIZE)
    inside = torch.zeros(2, 4 * SLICES, GUIDE_SIZE, GUIDE_SIZE, dtype=torch.uint8)
    inside[:, 100:200] = 255
    soft = torch.full_like(inside, 100)
    with torch.no_grad():
        assert not network(picture, guide).change.any()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    errors = []
    for _ in range(12):
        error = SoftCrossEntropy.apply(network(picture, guide).change, inside, soft)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        errors.append(float(error.detach()))
    assert errors[-1] < 0.8 * errors[0]


def test_cubes_that_the_surface_cuts_count_more() -> None:
    """1 + band times; those wholly inside or outside as before."""
    change = torch.zeros(1, 1, 1, 3, requires_grad=True)
    inside = torch.tensor([[[[0, 100, 255]]]], dtype=torch.uint8)
    SoftCrossEntropy.apply(change, inside, None).backward()
    plain = change.grad.flatten().clone()
    change.grad = None
    SoftCrossEntropy.apply(change, inside, None, 3.0).backward()
    torch.testing.assert_close(change.grad.flatten(), plain * torch.tensor([1.0, 4.0, 1.0]))


def test_a_run_may_begin_with_fronts() -> None:
    """The first batch is turned by 20 degrees at most, the last is not."""
    rng = np.random.default_rng(0)
    yaws = rng.uniform(-95, 95, (500, 3))
    empty = np.zeros(0, np.uint8)
    shard = Shard(
        jpeg=empty, jpeg_end=np.zeros(500), png=empty, png_end=empty, truth={"pose_deg": yaws}
    )
    pool = Pool([])
    pool.shards, pool._ends = [shard], np.array([500])
    source = Source(
        folders=(), face=Path(), guide=Path(), framing=Framing(), samples=64, frontal_batches=10
    )
    for number, most in ((0, 20.0), (5, 57.5), (10, 95.0)):
        turned = np.abs(yaws[_chosen(pool, source, number, rng), 0])
        assert 0.6 * most < turned.max() <= most


def test_a_change_begins_at_the_softened_guide() -> None:
    """No change: the answer is the guide's share, and the gradient what it lacks."""
    change = torch.zeros(1, 1, 1, 3, requires_grad=True)
    soft = torch.tensor([[[[64, 128, 254]]]], dtype=torch.uint8)
    SoftCrossEntropy.apply(change, torch.full_like(soft, 51), soft).backward()
    expected = (torch.tensor([64, 128, 254]) / 255 - 0.2) / 3
    torch.testing.assert_close(change.grad.flatten(), expected, atol=1e-4, rtol=1e-3)


def test_ridge_finds_a_linear_map_and_shrinks_without_samples() -> None:
    rng = np.random.default_rng(5)
    told = rng.normal(size=(4000, 6)) * (1, 2, 3, 1, 5, 1) + 3
    answers = told @ rng.normal(size=(6, 2)) + (1, -2)
    ones = np.ones((len(told), 1))
    found = np.concatenate([told, ones], 1) @ ridge(told, answers, 1e-3)
    np.testing.assert_allclose(found, answers, atol=1e-2)
    stiff = ridge(told, answers, 1e9)
    np.testing.assert_allclose(stiff[:-1], 0, atol=1e-3)
    np.testing.assert_allclose(stiff[-1], answers.mean(0), atol=1e-1)


def test_an_untrained_head_leaves_the_guide_and_its_modes_move_it() -> None:
    """The weights that the guide lacks bring its vertices to the truth."""
    design = Design(
        body_widths=(8, 8, 12, 16),
        body_blocks=(1, 1, 1, 1),
        widths=(8, 8, 8),
        volume=False,
        modes=len(load_guide().modes_mm),
    )
    picture = torch.randn(2, 3, PICTURE_PX, PICTURE_PX)
    guide = torch.rand(2, GUIDE_SLICES, GUIDE_SIZE, GUIDE_SIZE)
    answer = VolumeNetwork(design).eval()(picture, guide)
    assert answer.change is None
    assert not answer.weights.any()

    model = load_guide()
    rng = np.random.default_rng(2)
    from_head = rotation_from_angles(30.0, 5.0, 0.0) * 0.004
    laid = model.mean_mm @ from_head
    weights = rng.normal(size=len(model.modes_mm)).astype(np.float32)
    sample = Sample(
        picture=np.zeros(0),
        guide=np.zeros(0),
        solid=np.zeros(0),
        truth=laid + (weights @ model.modes_mm).reshape(-1, 3) @ from_head,
        laid=laid,
        from_head=from_head,
        side_mm=250.0,
    )
    missing = torch.from_numpy(missing_mm(sample))[None]
    assert float(error_mm(torch.from_numpy(weights)[None], missing)) < 1e-3
    assert float(error_mm(torch.zeros(1, len(weights)), missing)) > 0.1
    np.testing.assert_allclose(moved(model, sample, weights), sample.truth, atol=1e-4)
    ibug = load_head_model().landmarks["ibug_68"]
    moves = np.zeros_like(load_head_model().mean_mm)
    moves[model.vertices] = (weights @ model.modes_mm).reshape(-1, 3)
    moves = moves[load_head_model().weld]
    np.testing.assert_allclose(missing_points_mm(sample), ibug.of(moves).ravel(), atol=1e-2)
