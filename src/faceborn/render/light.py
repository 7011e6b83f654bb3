"""The studio: an environment of soft lobes, a window as key light, and what surfaces reflect.

Directions are in the viewer's frame: x right in the picture, y up, z towards the viewer. The studio
stands still before the camera, the head turns in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from faceborn.types import Array, Record

WINDOW_HALF = (0.26, 0.34)  # of the key light, tangents of half its width and height
WINDOW_BAR = 0.022  # half the width of its cross
WINDOW_RADIANCE = 31.0
CARD_HALF = (0.16, 0.30)  # the same of the white card opposite
CARD_RADIANCE = 10.7
DIELECTRIC = 0.028  # reflectance of skin, cornea, enamel at normal incidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lobe(Record):
    """A soft light: radiance colour * exp(sharpness * (cosine - 1))."""

    direction: Array  # (3,) unit length, towards the light
    colour: Array  # (3,) linear
    sharpness: float


def _lobe(
    direction: tuple[float, float, float], colour: tuple[float, float, float], k: float
) -> Lobe:
    axis = np.array(direction)
    return Lobe(direction=axis / np.linalg.norm(axis), colour=np.array(colour), sharpness=k)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Studio(Record):
    """All lights.

    exposure  of the picture; at this one the cheeks of the London train people come out as light
              as in their photos (benchmarks/skin_tone.py), a white wall at 0.84
    """

    exposure: float = 0.84
    key_direction: Array = field(default_factory=lambda: _unit(-0.55, 0.55, 0.8))
    key_colour: Array = field(default_factory=lambda: np.array([1.05, 1.01, 0.96]))
    key_radius_deg: float = 11.0
    card_direction: Array = field(default_factory=lambda: _unit(0.75, 0.2, 0.65))
    sky: Array = field(default_factory=lambda: np.array([0.49, 0.495, 0.51]))
    ground: Array = field(default_factory=lambda: np.array([0.22, 0.20, 0.185]))
    lobes: tuple[Lobe, ...] = (
        _lobe((0.75, 0.1, 0.65), (0.36, 0.36, 0.37), 2.5),  # fill
        _lobe((0.9, 0.35, -0.45), (1.7, 1.75, 1.85), 9.0),  # rims: lift the outline
        _lobe((-0.9, 0.45, -0.5), (1.3, 1.3, 1.3), 9.0),
    )

    def radiance(self, directions: Array, blur: float = 0.0) -> Array:
        """(N, 3) light that comes from `directions` (N, 3), the key light left out.

        blur  squared roughness of the mirror in which it is seen
        """
        up = np.clip(0.5 + 0.5 * directions[:, 1:2] / (0.5 + blur), 0.0, 1.0).astype(np.float32)
        light = self.ground + (self.sky - self.ground) * up
        for lobe in self.lobes:
            wide = 1.0 / (1.0 / lobe.sharpness + blur)
            cosine = directions @ lobe.direction.astype(np.float32)
            # A wider lobe of the same total is dimmer.
            strength = np.exp(wide * (cosine - 1)) * (wide / lobe.sharpness)
            light += strength[:, None] * lobe.colour.astype(np.float32)
        return np.asarray(light, np.float32)

    def windows(self, directions: Array) -> Array:
        """(N,) radiance in a clear mirror: the key light as a window of four panes, and a card."""
        x, y = _on_screen(directions, self.key_direction)
        panes = _edge(WINDOW_HALF[0] - x) * _edge(WINDOW_HALF[1] - y)
        panes *= _edge(x - WINDOW_BAR) * _edge(y - WINDOW_BAR)
        x, y = _on_screen(directions, self.card_direction)
        card = _edge(CARD_HALF[0] - x) * _edge(CARD_HALF[1] - y)
        return np.asarray(WINDOW_RADIANCE * panes + CARD_RADIANCE * card, np.float32)


def wrapped(cosine: Array, wrap: Array) -> Array:
    """Diffuse light that creeps around the edge of the lit side: (N,), (3,) -> (N, 3).

    Keeps the total of the lit half sphere (d'Eon 2007's wrap, squared where it starts).
    """
    lit = np.clip((cosine[:, None] + wrap) / (1 + wrap), 0.0, None)
    return np.asarray(lit / (1 + 0.5 * wrap), np.float32)


def fresnel(cosine: Array, at_normal: float = DIELECTRIC) -> Array:
    """Schlick's reflectance, (N,)."""
    return np.asarray(at_normal + (1 - at_normal) * (1 - np.clip(cosine, 0.0, 1.0)) ** 5)


def highlight(normals: Array, towards: Array, light: Array, roughness: Array) -> Array:
    """(N,) part of a distant light that is reflected to the viewer, cosine included.

    normals, towards  (N, 3) unit; towards the viewer
    light             (3,) unit, towards the light
    roughness         (N,) as in glTF

    GGX with Kelemen's visibility (Kelemen & Szirmay-Kalos 2001), as usual for skin.
    """
    half = towards + light.astype(np.float32)
    half /= np.maximum(np.linalg.norm(half, axis=1, keepdims=True), 1e-6)
    n_h = np.clip(np.einsum("nx,nx->n", normals, half), 0.0, 1.0)
    l_h = np.clip(half @ light.astype(np.float32), 0.1, 1.0)
    n_l = np.clip(normals @ light.astype(np.float32), 0.0, 1.0)
    squared = roughness**4
    spread = squared / (np.pi * (n_h * n_h * (squared - 1) + 1) ** 2)
    return np.asarray(spread * fresnel(l_h) / (4 * l_h * l_h) * n_l)


def _on_screen(directions: Array, axis: Array) -> tuple[Array, Array]:
    """How far from `axis`, sideways and upwards, as tangents; far away for what points back."""
    side = np.cross([0.0, 1.0, 0.0], axis)
    side /= np.linalg.norm(side)
    up = np.cross(axis, side)
    ahead = directions @ axis
    ahead = np.where(ahead > 1e-3, ahead, 1e-6)
    return np.abs(directions @ side) / ahead, np.abs(directions @ up) / ahead


def _edge(distance: Array) -> Array:
    return np.asarray(np.clip(distance / 0.02 + 0.5, 0.0, 1.0))


def _unit(x: float, y: float, z: float) -> Array:
    axis = np.array([x, y, z])
    return np.asarray(axis / np.linalg.norm(axis))


STUDIO = Studio()
