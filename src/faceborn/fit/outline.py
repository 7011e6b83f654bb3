"""Rows of the least squares that pull outlines of the head onto those of the photo."""

from __future__ import annotations

import numpy as np

from faceborn.fit.contour import ContourBand, match_contour, occluding_contour
from faceborn.fit.rows import geman_mcclure, projection_jacobian
from faceborn.fit.silhouette import find_edges
from faceborn.types import Array, Camera, PartMap, Photo

Rows = tuple[Array, Array]  # of the Jacobian (N, K + E + 6), and their residuals (N,); weighted


def outline_rows(
    band: ContourBand,
    band_mm: Array,
    camera: Camera,
    measured_px: Array,
    *,
    reach_px: float,
    sigma_px: float,
    robust_limit: float,
) -> Rows:
    """The head's outline onto measured points (N, 2) of it, along its normal only.

    band_mm   (V, 3) the band's vertices in head space
    reach_px  a measured point further away than this does not count
    """
    match = match_contour(band, band_mm, camera, measured_px, reach_px=reach_px)
    places, jacobian = _on_edges(band, band_mm, match.edges, match.along, camera)
    offset = ((camera.project(places) - measured_px[match.measured]) * match.normal_px).sum(1)
    weight = np.sqrt(geman_mcclure((offset / sigma_px) ** 2, robust_limit)) / sigma_px
    rows = np.einsum("np,npk->nk", match.normal_px * weight[:, None], jacobian)
    return rows.astype(np.float32), (offset * weight).astype(np.float32)


def profile_rows(
    photo: Photo,
    parts: PartMap | None,
    band: ContourBand,
    band_mm: Array,
    camera: Camera,
    *,
    eye_px: float,
    reach_percent: float,
    sigma_px: float,
    robust_limit: float,
) -> Rows:
    """The line of a profile, forehead to chin, onto its edge in the photo: fit/silhouette.py."""
    contour = occluding_contour(band, band_mm, camera)
    found = find_edges(photo, parts, camera, contour, eye_px=eye_px, reach_percent=reach_percent)
    chosen = found.crossings
    _, jacobian = _on_edges(band, band_mm, contour.edges[chosen], contour.along[chosen], camera)
    robust = geman_mcclure((found.offset_px / sigma_px) ** 2, robust_limit)
    weight = np.sqrt(robust * found.trust) / sigma_px
    rows = np.einsum("np,npk->nk", contour.normals_px[chosen] * weight[:, None], jacobian)
    return rows.astype(np.float32), (-found.offset_px * weight).astype(np.float32)


def _on_edges(
    band: ContourBand, band_mm: Array, edges: Array, along: Array, camera: Camera
) -> tuple[Array, Array]:
    """(N, 3) places on edges of a band, and the Jacobian (N, 2, K + E + 6) of their projection."""
    start, end = edges.T
    share = along[:, None]
    places = band_mm[start] * (1 - share) + band_mm[end] * share
    part = along[:, None, None].astype(np.float32)
    modes = band.points.modes_mm[start] * (1 - part) + band.points.modes_mm[end] * part
    return places, projection_jacobian(camera, places, modes)
