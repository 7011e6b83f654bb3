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
    outline_sigma_percent: float = 2.0  # of the eye distance, as all percents here
    pair_sigma_percent: float = 0.25  # of the gap between facing lips or lids
    pair_limit_percent: float = 8.0
    frontal_deg: float = 18.0  # up to this yaw the network draws the jaw on the visible outline
    most_yaw_deg: float = 62.0  # beyond, its points fold; its own reading saturates near 50
    behind_deg: float = 120.0  # beyond, no network sees a face
    # Points that fit a head so badly, median of them, are of no face. London training people and
    # fellows, 823 views: at most 2.0 for the mesh, 3.5 for the network. On 150 places without a
    # face: of the five that the mesh takes for one 1.5 to 4.7, of the network's 48 at least 5 but
    # for five.
    most_residual_percent: float = 3.0
    profile_deg: float = 60.0  # from here on the line of the profile is an outline of the face
    profile_sigma_percent: float = 1.0  # of its edge in the photo
    # Of each vertex of the skin against the volumetric network's surface. Six London training
    # people, five views: heads of one person 0.98 -> 0.93 mm apart, of different people as before;
    # at 3 mm profiles no longer keep their line.
    solid_sigma_mm: float = 5.0
    profile_reach_percent: tuple[float, float] = (10.0, 4.0)  # in the first and the last round


# For the points of our own network: they tell their noise, and the line of a profile adds to them.
# 16 London training people, both profiles: line of the fitted head 0.88 mm from the photo's (mean
# head 1.45, without the line 1.38), from the other side's photo the same; more identity brings it
# closer, but views of one person further apart.
# The network is not sure of closed lips: with the mesh's weights they stood 5.3 mm apart on neutral
# profiles and 5.7 on smiling ones, with these 2.5 and 4.8.
OF_NETWORK = FitSettings(
    identity_weight=12.0,
    expression_weight=10.0,
    pair_sigma_percent=3.0,
    most_residual_percent=5.0,
)


def usual_settings(face: Face) -> FitSettings:
    """For the network that the points of a face come from."""
    return FitSettings() if face.landmarks_sigma_px is None else OF_NETWORK
