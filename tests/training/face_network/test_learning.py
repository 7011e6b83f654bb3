"""What is made small, and that a run makes it small, stops, goes on and can be exported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from face_network.batches import Batch, Mixing, make_batch
from face_network.evaluation import evaluate, face_scores, part_iou
from face_network.heads import Points, Whole
from face_network.losses import LossWeights, gaussian, losses, missed_overlap, parts_loss, total
from face_network.network import Answer, Design
from face_network.pool import Pool
from face_network.rotations import rotation_from_six
from face_network.samples import mean_places
from face_network.scheme import PART_COUNT, point_weights
from face_network.trainer import Settings, train
from face_network.weights import build, load_weights
from learning.schedule import Schedule
from learning.weights import save_weights
from photographs.shards import UNKNOWN

from faceborn.model.face_points import load_face_points
from tests.training.face_network.photographs_drawn import write_drawn

CPU = torch.device("cpu")
torch.set_num_threads(1)  # more wait for one another on a busy machine
SMALL = Design(widths=(8, 8, 12, 16), blocks=(1, 1, 1, 1), anchors=16, hidden=32, size_px=64)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    pool = Pool([write_drawn(tmp_path_factory.mktemp("drawn") / "shards", 24)])
    pool.take_in()
    return pool


def test_the_same_seed_gives_the_same_batch(pool: Pool) -> None:
    one, same, other = (make_batch(pool, Mixing(samples=8), 64, seed) for seed in (1, 1, 2))
    assert torch.equal(one.picture, same.picture)
    assert torch.equal(one.points, same.points)
    assert not torch.equal(one.points, other.points)


def test_the_sharp_square_shows_the_same_in_the_same_light(pool: Pool) -> None:
    batch = make_batch(pool, Mixing(samples=8, share_with_parts=0.5), 64, 1)
    assert len(batch.sharp) == len(batch.parts) == 4
    halved = torch.nn.functional.avg_pool2d(batch.sharp, 2)
    apart = (halved[:, None] - batch.picture[None]).abs().mean((2, 3, 4))
    assert apart.argmin(1).tolist() == [0, 1, 2, 3]
    assert apart.diagonal().max() < 0.05


def test_parts_that_nobody_knows_teach_nothing() -> None:
    """Cells that say UNKNOWN are as if they were not there."""
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, PART_COUNT, 4, 4, generator=generator)
    classes = torch.randint(PART_COUNT, (2, 4, 4), generator=generator)
    classes[1] = UNKNOWN
    assert parts_loss(logits, classes) == parts_loss(logits[:1], classes[:1])
    assert parts_loss(logits, classes) != parts_loss(logits, classes.clamp_max(PART_COUNT - 1))


def test_overlap_is_counted_per_class() -> None:
    """Sure logits, 4 of 6 pixels right: 3 / 5 of the first class, 1 / 3 of the second."""
    said = torch.tensor([[[0, 0, 0, 0, 1, 1]]])
    truth = torch.tensor([[[0, 0, 0, 1, 1, 0], [UNKNOWN] * 6]])
    logits = torch.nn.functional.one_hot(said, PART_COUNT).movedim(-1, 1).float() * 40
    missed = missed_overlap(logits.expand(1, -1, 2, -1), truth)
    assert float(missed) == pytest.approx(1 - (3 / 5 + 1 / 3) / 2, abs=1e-4)


def test_real_photographs_join(pool: Pool, tmp_path: Path) -> None:
    """With a share of 1 the whole batch is theirs, without them none of it."""
    real = Pool([write_drawn(tmp_path / "real", 6)])
    real.take_in()
    real.shards[0].truth["expression"][:] = 0.5
    mixing = Mixing(samples=8, share_real=1.0, share_negative=0.0)
    mixed = make_batch(pool, mixing, 64, 1, real=real)
    assert (mixed.expression == 0.5).all()
    assert (make_batch(pool, mixing, 64, 1).expression.amax(1) == 1).all()


def test_no_answer_is_better_than_the_truth(pool: Pool) -> None:
    """Each term, and their sum, grow with any random step away from a perfect answer."""
    batch = make_batch(pool, Mixing(samples=8, share_negative=0.2), 64, 3)
    generator = torch.Generator().manual_seed(0)
    right = _perfect(batch.faces, batch)
    weight = torch.from_numpy(point_weights())
    for likelihood in (True, False):
        best = losses(right, batch, weight, likelihood=likelihood)
        for _ in range(5):
            worse = losses(_off(right, generator), batch, weight, likelihood=likelihood)
            for name, value in best.items():
                assert value < worse[name], name
            assert total(best, LossWeights()) < total(worse, LossWeights())


def test_an_honest_sigma_is_the_most_likely() -> None:
    squared = torch.randn(20_000, 2, generator=torch.Generator().manual_seed(0)).mul(0.1)
    squared = (squared**2).sum(1)
    logs = torch.log(torch.tensor([0.08, 0.09, 0.1, 0.11, 0.12]))
    values = [gaussian(squared, log, axes=2).mean() for log in logs]
    assert int(torch.stack(values).argmin()) == 2


def test_six_numbers_give_a_rotation() -> None:
    rotation = rotation_from_six(torch.randn(50, 6, generator=torch.Generator().manual_seed(0)))
    unit = rotation.transpose(1, 2) @ rotation
    torch.testing.assert_close(unit, torch.eye(3).expand(50, 3, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(torch.linalg.det(rotation), torch.ones(50))


@pytest.mark.parametrize("size_px", [64, 96])
def test_the_local_head_takes_pictures_of_any_size(size_px: int) -> None:
    network = build(SMALL, torch.rand(365, 3)).eval()
    sharp = torch.randn(2, 3, 2 * size_px, 2 * size_px)
    answer = network(torch.randn(3, 3, size_px, size_px), sharp)
    assert answer.parts.shape == (2, PART_COUNT, size_px, size_px)
    assert answer.points.xy.shape == (3, 365, 2)


def test_a_run_learns_stops_and_goes_on(pool: Pool, tmp_path: Path) -> None:
    """After 150 steps points lie nearer than their mean; the second call adds to the first."""
    settings = Settings(
        most_views=2400,
        design=SMALL,
        schedule=Schedule(peak=4e-3, warm_steps=10, sizes=((0.0, 64),)),
        mixing=Mixing(samples=16),
        likelihood_from_views=500,
    )
    told: list[str] = []
    untrained = build(SMALL, torch.from_numpy(mean_places(pool)))
    network = train(pool, pool, settings, tmp_path, CPU, tell=told.append)
    before = evaluate(untrained, pool, most=24, device=CPU)["all"]
    after = evaluate(network, pool, most=24, device=CPU)["all"]
    assert after["face"] < 0.8 * before["face"]

    train(pool, pool, replace(settings, most_views=2800), tmp_path, CPU, tell=told.append)
    assert "goes on" in " ".join(told)
    assert sum("views of" in line for line in told) == 2
    kept = load_weights(tmp_path / "weights.npz")
    again = evaluate(kept, pool, most=24, device=CPU)["all"]
    assert again["face"] < before["face"]
    iou = part_iou(kept, pool, most=24, device=CPU)
    assert iou["skin"] > 0.5
    assert set(face_scores(kept, pool, most=24, device=CPU)) == {"faces_missed", "empty_taken"}


def test_weights_survive_being_saved(tmp_path: Path) -> None:
    network = build(SMALL, torch.rand(365, 3)).eval()
    save_weights(network, tmp_path / "weights.npz")
    again = load_weights(tmp_path / "weights.npz").eval()
    picture = torch.randn(1, 3, 64, 64)
    torch.testing.assert_close(
        network(picture).points.xy, again(picture).points.xy, atol=2e-3, rtol=0
    )


def test_a_third_look_begins_as_nothing_and_learns_gaps(pool: Pool, tmp_path: Path) -> None:
    """Weights without it say the same with it, until a step has been taken; then gaps differ."""
    plain = build(SMALL, torch.from_numpy(mean_places(pool)))
    save_weights(plain, tmp_path / "plain.npz")
    plain = load_weights(tmp_path / "plain.npz").eval()
    refined = load_weights(tmp_path / "plain.npz", refined=True).eval()
    batch = make_batch(pool, Mixing(samples=8), 64, 1)
    with torch.no_grad():
        before = plain(batch.picture)
        assert torch.equal(before.points.xy, refined(batch.picture).points.xy)
    weight = torch.from_numpy(point_weights())
    answer = refined(batch.picture, batch.sharp)
    losses(answer, batch, weight, likelihood=True)["gaps"].backward()
    assert refined.refinement is not None
    assert refined.refinement.local.grad is not None
    assert refined.refinement.local.grad.abs().max() > 0
    save_weights(refined, tmp_path / "refined.npz")
    assert load_weights(tmp_path / "refined.npz").design.refined


def test_the_exported_file_says_the_same_and_is_small(tmp_path: Path) -> None:
    """At the shipped size, through OpenCV alone."""
    pytest.importorskip("onnx")
    from face_network.export import export_onnx

    from faceborn.faces.network import OUTPUTS

    network = build(Design(), torch.rand(365, 3)).eval()
    generator = torch.Generator().manual_seed(0)
    for parameter in network.parameters():  # the freshly made one hides its second convolutions
        parameter.data += 0.02 * torch.randn(parameter.shape, generator=generator)
    target = tmp_path / "face_network.onnx"
    picture = torch.rand(1, 3, 128, 128, generator=generator) * 2 - 1
    sharp = torch.rand(1, 3, 256, 256, generator=generator) * 2 - 1
    with torch.no_grad():
        answer = network(picture, sharp)
    export_onnx(network, target)
    assert target.stat().st_size < 8e6

    runtime = cv2.dnn.readNetFromONNX(str(target))
    runtime.setInput(picture.numpy(), "picture")
    runtime.setInput(sharp.numpy(), "sharp")
    found = dict(zip(OUTPUTS, runtime.forward(OUTPUTS), strict=True))
    np.testing.assert_allclose(found["points"][..., :2], answer.points.xy.numpy(), atol=5e-3)
    np.testing.assert_allclose(found["rotation"], answer.whole.rotation.numpy(), atol=2e-2)
    same = found["parts"].argmax(1) == answer.parts.argmax(1).numpy()
    assert same.mean() > 0.97


def _perfect(faces: int, batch: Batch) -> Answer:
    """The truth of a batch as an answer, every sigma one percent, every logit sure."""
    b, count = batch, len(batch.picture)

    def grown(rows: Any) -> Any:
        return torch.cat([rows, torch.zeros(count - faces, *rows.shape[1:])])

    points, iris = b.points, b.irises
    sigma = torch.full((count, points.shape[1]), -4.6)
    sure = torch.full((count,), -20.0)
    sure[:faces] = 20.0
    expression = torch.logit(b.expression.clamp(1e-6, 1 - 1e-6))
    six = b.rotation.transpose(1, 2)[:, :2].flatten(1)
    map_ = torch.nn.functional.one_hot(b.parts, PART_COUNT)
    log_radius = torch.log(iris[..., 2:].clamp_min(1e-3))
    return Answer(
        rough_xy=grown(points[..., :2]),
        points=Points(
            xy=grown(points[..., :2]),
            depth=grown(points[..., 2]),
            log_sigma=sigma,
            log_sigma_depth=sigma,
            visible=grown(b.visible * 40 - 20),
        ),
        whole=Whole(
            irises=grown(torch.cat([iris[..., :2], log_radius, sigma[:faces, :2, None]], 2)),
            rotation=grown(six),
            expression=grown(expression),
            face=sure,
        ),
        parts=20.0 * map_.permute(0, 3, 1, 2).float(),
    )


def _off(answer: Answer, generator: Any) -> Answer:
    def moved(value: Any, amount: float) -> Any:
        return value + amount * torch.randn(value.shape, generator=generator)

    points, whole = answer.points, answer.whole
    assert answer.parts is not None
    return Answer(
        rough_xy=moved(answer.rough_xy, 0.02),
        points=points._replace(
            xy=moved(points.xy, 0.02),
            depth=moved(points.depth, 0.02),
            visible=moved(points.visible, 20.0),
        ),
        whole=Whole(
            irises=moved(whole.irises, 0.05),
            rotation=moved(whole.rotation, 0.2),
            expression=moved(whole.expression, 30.0),
            face=moved(whole.face, 40.0),
        ),
        parts=moved(answer.parts, 20.0),
    )


def test_points_are_those_of_the_photographs() -> None:
    assert len(point_weights()) == len(load_face_points().mirror)
