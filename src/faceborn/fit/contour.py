"""Outline points of jaw and cheek against the head's own outline as this camera sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.fit.surface import LinearPoints, vertex_points
from faceborn.geometry.meshes import vertex_normals
from faceborn.types import Array, Camera, HeadModel, Record

BAND_MM = 32.0  # how far from the mean jaw points the outline may run


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContourBand(Record):
    """The part of the skin on which the outline of the jaw may lie."""

    points: LinearPoints  # its vertices
    triangles: Array  # (T, 3) into `points`
    edges: Array  # (E, 2) into `points`, each once


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContourMatch(Record):
    """Where on the band each measured outline point belongs."""

    edges: Array  # (N, 2) into ContourBand.points
    along: Array  # (N,) 0..1 from the first end of the edge to the second
    normal_px: Array  # (N, 2) unit, in the picture, out of the head
    measured: Array  # (N,) index into the measured points


def contour_band(model: HeadModel, jaw_mm: Array, expression_weights: Array) -> ContourBand:
    """The skin within BAND_MM of the mean jaw points (J, 3)."""
    distance = np.full(len(model.mean_mm), np.inf)
    for point in jaw_mm:
        distance = np.minimum(distance, np.linalg.norm(model.mean_mm - point, axis=1))
    return skin_band(model, distance < BAND_MM, expression_weights)


def skin_band(model: HeadModel, chosen: Array, expression_weights: Array) -> ContourBand:
    """The triangles of the skin of which all corners are `chosen` (V,) bool."""
    skin = np.isin(
        model.triangle_part, [model.part_names.index("face"), model.part_names.index("scalp")]
    )
    triangles = model.weld[model.triangles[skin]]
    inside = chosen[triangles].all(1)
    vertices = np.unique(triangles[inside])
    number = np.full(len(model.mean_mm), -1)
    number[vertices] = np.arange(len(vertices))
    local = number[triangles[inside]]
    ends = np.concatenate([local[:, [0, 1]], local[:, [1, 2]], local[:, [2, 0]]])
    return ContourBand(
        points=vertex_points(model, vertices, expression_weights),
        triangles=local,
        edges=np.unique(np.sort(ends, 1), axis=0),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crossings(Record):
    """Where the occluding contour crosses edges of a band: its normal is at right angles there."""

    edges: Array  # (N, 2) into ContourBand.points
    along: Array  # (N,) 0..1 from the first end of the edge to the second
    places_px: Array  # (N, 2)
    normals_px: Array  # (N, 2) unit, out of the head


def occluding_contour(band: ContourBand, band_mm: Array, camera: Camera) -> Crossings:
    """The contour of the band's vertices (V, 3) in head space, hidden parts of it too."""
    seen = camera.to_camera(band_mm)
    normals = vertex_normals(band_mm, band.triangles) @ camera.camera_from_head.T
    towards = np.einsum("vx,vx->v", normals, seen)
    first, second = towards[band.edges[:, 0]], towards[band.edges[:, 1]]
    crossing = np.flatnonzero(first * second < 0)
    along = first[crossing] / (first[crossing] - second[crossing])
    edges = band.edges[crossing]

    def mix(values: Array) -> Array:
        part = along[:, None]
        return np.asarray(values[edges[:, 0]] * (1 - part) + values[edges[:, 1]] * part)

    normals_px = mix(normals)[:, :2]
    normals_px /= np.maximum(np.linalg.norm(normals_px, axis=1, keepdims=True), 1e-9)
    return Crossings(
        edges=edges, along=along, places_px=camera.project(mix(band_mm)), normals_px=normals_px
    )


def match_contour(
    band: ContourBand, band_mm: Array, camera: Camera, measured_px: Array, *, reach_px: float
) -> ContourMatch:
    """Pair measured outline points with the band's nearest point whose normal is at right angles
    to the line of sight.

    band_mm      (V, 3) the band's vertices in head space
    measured_px  (N, 2) outline points
    reach_px     a pair further apart than this is dropped

    Source: edge crossings of the occluding contour as in Hertzmann & Zorin 2000, SIGGRAPH; used
    for faces by Bas et al. 2016, "Fitting a 3D Morphable Model to Edges".
    """
    contour = occluding_contour(band, band_mm, camera)
    if not len(contour.edges):
        nothing = np.zeros(0, int)
        return ContourMatch(
            edges=np.zeros((0, 2), int),
            along=np.zeros(0),
            normal_px=np.zeros((0, 2)),
            measured=nothing,
        )
    apart = np.linalg.norm(measured_px[:, None] - contour.places_px[None], axis=2)
    nearest = apart.argmin(1)
    close = np.flatnonzero(apart[np.arange(len(measured_px)), nearest] < reach_px)
    chosen = nearest[close]
    return ContourMatch(
        edges=contour.edges[chosen],
        along=contour.along[chosen],
        normal_px=contour.normals_px[chosen],
        measured=close,
    )
