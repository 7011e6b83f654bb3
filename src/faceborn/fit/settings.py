"""The weights of the fit."""

from __future__ import annotations

from dataclasses import dataclass

from faceborn.types import Face


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSettings:
    """Chosen by training/calibrate_fit.py on the London training people; see docs/fit.md."""

    focal_over_long_side: float = 1.7  # where EXIF is silent; typical of portraits
    focal_sd: float = 0.5  # natural log: selfies are taken nearer, cropped portraits from further
    identity_weight: float = 25.0  # the points' errors are shared, so 1 would be far too little
    expression_weight: float = 5.0
    robust_limit: float = 3.0  # standard deviations
    rounds: int = 9
    # Of points beyond hairline and jaw, times what the network tells: hair hides most of them, and
    # their errors are one error.
    off_face_sigma: float = 3.0
    outline_sigma_percent: float = 2.0  # of the eye distance, as all percents here
    pair_sigma_percent: float = 0.25  # of the gap between facing lips or lids
    pair_limit_percent: float = 8.0
    frontal_deg: float = 18.0  # up to this yaw the mesh draws the jaw on the visible outline
    most_yaw_deg: float = 62.0  # beyond, the mesh's points fold; its reading saturates near 50
    behind_deg: float = 120.0  # beyond, no network sees a face
    # Points that fit a head so badly, median of them, are of no face. London training people and
    # fellows, 823 views: at most 2.0 for the mesh, 3.5 for the network. On 150 places without a
    # face: of the five that the mesh takes for one 1.5 to 4.7, of the network's 48 at least 5 but
    # for five.
    most_residual_percent: float = 3.0
    profile_deg: float = 60.0  # from here on the line of the profile is an outline of the face
    irises_deg: float = 60.0  # beyond, they say nothing of the size of the head
    profile_sigma_percent: float = 1.0  # of its edge in the photo
    # Of each vertex of the skin against the volumetric network's surface. Six London training
    # people, five views: heads of one person 0.98 -> 0.93 mm apart, of different people as before;
    # at 3 mm profiles no longer keep their line.
    solid_sigma_mm: float = 5.0
    profile_reach_percent: tuple[float, float] = (10.0, 4.0)  # in the first and the last round


# For the points of our own network: they tell their noise, and the line of a profile, on turned
# faces that of nose, lips and chin, adds to them. Five London training people that no network
# learns from, views 02 to 04; ratio of others' to one person's distance, profile foretold by the
# front in mm, hand-placed points in %: identity 18 2.07, 1.21, 1.80; 25, the default, 2.12, 1.21,
# 1.80; 35 2.16, 1.21, 1.81; the mesh of 478 on fronts 2.03, 1.00, 1.83. Then expression 5 2.23,
# 1.165, smile to neutral .56 mm; 3 2.25, 1.168, .54, and smiles keep their teeth.
OF_NETWORK = FitSettings(
    expression_weight=3.0,
    pair_sigma_percent=0.5,
    most_residual_percent=5.0,
    profile_deg=20.0,
)


def usual_settings(face: Face) -> FitSettings:
    """For the network that the points of a face come from."""
    return FitSettings() if face.landmarks_sigma_px is None else OF_NETWORK
