"""A first camera from a few points and the mean head."""

from __future__ import annotations

import numpy as np

from faceborn.errors import FitError
from faceborn.fit.settings import FitSettings
from faceborn.types import Array, Camera, Perspective

FOCAL_OVER_PRIOR = np.exp(np.linspace(-2.0, 2.0, 161))  # what is weighed


def expected_focal(
    long_side_px: float, perspective: Perspective | None, settings: FitSettings
) -> float:
    """The focal length in pixels of a photo that does not tell it.

    That of a usual portrait, unless the face shows another perspective: so a photo that was cropped
    gives nearly the head that the whole photo gives. The mean of the logarithm over the posterior.
    """
    prior_px = settings.focal_over_long_side * long_side_px
    if perspective is None:
        return prior_px
    focal_px = prior_px * FOCAL_OVER_PRIOR
    off = np.log(FOCAL_OVER_PRIOR) / settings.focal_sd
    away = (perspective.px_per_mm / focal_px - perspective.per_mm) / perspective.sd_per_mm
    energy = (off**2 + away**2) / 2
    weight = np.exp(energy.min() - energy)
    return float(np.exp((weight * np.log(focal_px)).sum() / weight.sum()))


def start_camera(
    points_mm: Array, points_px: Array, size_px: tuple[int, int], focal_px: float
) -> Camera:
    """The camera that sees `points_mm` about where they were measured.

    points_mm  (N, 3) on the mean head, not in one plane, N >= 4
    points_px  (N, 2) where they were measured
    size_px    (width, height) of the photo; the principal point is its middle
    focal_px   focal length

    Raises FitError if the points do not look like a face in front of the camera.
    Source: DeMenthon & Davis 1995, POSIT: an affine camera, its error from perspective
    re-estimated with the depth that it gives.
    """
    center_px = (size_px[0] / 2, size_px[1] / 2)
    middle_mm = points_mm.mean(0)
    local = points_mm - middle_mm
    measured = (points_px - np.asarray(center_px)) / focal_px
    design = np.concatenate([local, np.ones((len(local), 1))], 1)
    relative_depth = np.zeros(len(local))
    for _ in range(6):
        seen = measured * (1 + relative_depth)[:, None]
        affine = np.linalg.lstsq(design, seen, rcond=None)[0].T  # (2, 4)
        left, stretch, right = np.linalg.svd(affine[:, :3], full_matrices=False)
        if stretch[1] < 1e-9 or stretch[0] > 8 * stretch[1]:
            raise FitError(
                "the landmarks do not form a face", hint="use a photo where the face is seen well"
            )
        two_rows = left @ right
        rotation = np.concatenate([two_rows, [np.cross(two_rows[0], two_rows[1])]])
        distance_mm = 1 / float(np.sqrt(stretch[0] * stretch[1]))
        relative_depth = np.maximum(local @ rotation[2] / distance_mm, -0.6)
    middle_in_camera = np.array([affine[0, 3], affine[1, 3], 1.0]) * distance_mm
    return Camera(
        size_px=size_px,
        focal_px=focal_px,
        center_px=center_px,
        camera_from_head=rotation,
        translation_mm=middle_in_camera - rotation @ middle_mm,
    )
