"""Which texels of the photo are skin: not fringe, collar, background, spectacles or cast shadow.

Colour and place decide (the face network's map of parts is too coarse): a texel is skin if what it
shows, with the light divided out, is near what the fitted prior expects there. Brows, eyes and lips
are let through whatever their colour, and so is a beard where the chin shows that there is one.
"""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.texture.colour import LUMINANCE, blur, smoothstep
from faceborn.texture.regions import Regions
from faceborn.types import Array

# Natural logarithms: how much darker, brighter and differently coloured than expected skin may be.
DARKER, BRIGHTER, COLOURED = 0.90, 0.55, 0.30
NECK_DARKER, NECK_BRIGHTER, NECK_COLOURED = 0.50, 0.30, 0.18
FRINGE_DARK, FRINGE_SHARE = 0.5, 0.4  # natural log; share of the skin above a brow
SURE_EAR = 0.8  # of an ear's visible part must look like skin
TOOTH_LEVEL, TOOTH_PALER = 0.25, 0.12  # natural log: brighter and less red than lips
SHINE = 2.5  # how much more the hue may differ, per unit of brightness over expected skin
COLD = 0.5  # natural log: blue or green against red, over what is expected
ROUGHER = 3.5  # times as rough as bare skin
LOCK = 0.5  # hair more surely than this is refused
FRAME = 0.3  # the same of frames, over SLACK
BESIDE_LOCKS = 0.06  # of the tile's side, twice the width that is refused beside them
SLACK = 1.25  # times the limits below which a texel passes
BEARD_DARK = 0.35  # darker than this on the chin: stubble or beard
FRINGE_MM = 45.0  # how far below the hairline a fringe may hang
LARGEST_MOLE = 0.0025  # of the tile
WIDEST_FOLD = 50  # of this many the tile's side has
ONE_SIDED = 0.6  # share of a fold that the other side does not have
SMALLEST_ISLAND = 0.01  # of the accepted area
MIRRORED_SHARE = 0.8  # of an island the face shows on its other side: not needed
SMALLEST_TUFT = 0.06  # the same of an island in a beard


def skin_gate(
    surprise: Array,
    roughness: Array,
    hair_like: Array,
    frames: Array,
    trust: Array,
    regions: Regions,
) -> tuple[Array, Array]:
    """(S, S) 0..1 acceptance as skin, and (S, S) 0..1 where a beard is.

    surprise   (S, S, 3) log albedo of the photo minus that of the prior
    roughness  (S, S) fine contrast over that of the person's bare skin
    hair_like  (S, S) 0..1 how surely the photo shows hair, by hair_map
    frames     (S, S) 0..1 how surely it shows the frame of spectacles
    trust      (S, S) 0..1, how well the camera sees the texel
    """
    size = surprise.shape[0]
    soft = blur(surprise, size / 170)
    level = soft @ LUMINANCE
    colour = np.linalg.norm(soft - level[..., None], axis=2)

    on_chin = regions.chin * trust
    dark = smoothstep(0.6 * BEARD_DARK, 1.4 * BEARD_DARK, -level)
    beard = float((dark * on_chin).sum() / max(on_chin.sum(), 1e-6))
    bearded = smoothstep(0.3, 0.5, beard) * smoothstep(0.35, 0.6, regions.beard)

    neck = smoothstep(0.3, 0.7, regions.neck)
    # At the side of the face dark is the shade of hair more often than skin.
    darker = (DARKER + (NECK_DARKER - DARKER) * neck) * (0.45 + 0.55 * trust)
    brighter = BRIGHTER + (NECK_BRIGHTER - BRIGHTER) * neck
    coloured = COLOURED + (NECK_COLOURED - COLOURED) * neck
    ears = smoothstep(0.4, 0.6, regions.ears)
    # Shine is white: on dark skin it changes the hue more than any lock or collar may.
    shine = SHINE * np.clip(level, 0.0, BRIGHTER) * (1 - neck) * (soft[..., 0] < level)
    coloured = coloured * (1 + 0.8 * ears) * (1 + shine)
    fringed = np.maximum(
        _fringed_brows(level, trust, regions), _under_locks(hair_like, regions, size)
    )
    freedom = np.maximum(regions.features * (1 - fringed), bearded)
    darker = darker + 3.0 * freedom + 0.6 * regions.sockets
    brighter = brighter + 0.6 * regions.features
    coloured = coloured + 0.8 * freedom

    # Strands: fair hair has the tone of skin but not its smoothness.
    strands = roughness / ROUGHER * (1 - freedom) * smoothstep(-60.0, -40.0, regions.hair_mm)
    # The coating of spectacles shines blue and green, as no skin, brow or lid does.
    cold = np.maximum(soft[..., 2], soft[..., 1]) - soft[..., 0]
    glass = cold / COLD * (1 - smoothstep(0.3, 0.6, regions.lips))
    # A lock over forehead or cheek, whatever its tone; lips look like hair to the map.
    mouth = smoothstep(0.1, 0.4, regions.beard)
    lock = hair_like / LOCK * (1 - np.maximum.reduce([freedom, neck, regions.sockets, mouth]))
    # A thick rim lies on the brow and has its colour; what is left of the brow may stay.
    frame = frames / FRAME * (1 - smoothstep(0.2, 0.5, regions.brows))
    worst = np.maximum.reduce(
        [-level / darker, level / brighter, colour / coloured, strands, glass, lock, frame]
    )
    accept = (worst < SLACK).astype(np.uint8) & (trust > 0.02)
    accept = _folds_closed(accept, mouth * (hair_like < LOCK) * (trust > 0.02), size)
    accept = _without_crumbs(accept, regions, size)
    # A smile that the fit misses by a millimetre would paint teeth on the lips.
    paler = soft[..., 1] - soft[..., 0]
    tooth = (level > TOOTH_LEVEL) & (paler > TOOTH_PALER) & (regions.lips > 0.2)
    lips = (regions.lips > 0.5) & (trust > 0.02)
    gate = (np.maximum(accept, lips) * (1 - _grown(tooth, size))).astype(np.float32)
    gate = gate * (1 - _doubtful_ears(gate, trust, regions))
    # Step back from what was refused: its colour bleeds into its neighbours.
    back = max(1, size // 100)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * back + 1, 2 * back + 1))
    refused = cv2.dilate(np.where(trust > 0.02, 1 - gate, 0).astype(np.float32), kernel)
    # A lock on the cheek throws a shadow beside it, and the map's edge lies between its strands.
    locks = (hair_like > LOCK) & (trust > 0.02) & (freedom < 0.5) & (mouth < 0.5)
    beside = _grown(locks & (regions.hair_mm < 0), size, share=BESIDE_LOCKS)
    refused = np.maximum(refused, beside)
    stepped = np.where(regions.features > 0.5, gate, 1 - np.maximum(refused, 1 - gate))
    return np.asarray(blur(stepped.astype(np.float32), size / 250) * (trust > 0.02)), bearded * dark


def _fringed_brows(level: Array, trust: Array, regions: Regions) -> Array:
    """(S, S) 1 on a brow with hair right above it: a fringe would be taken for a huge brow."""
    size = level.shape[0]
    brows = (regions.brows > 0.4).astype(np.uint8)
    above = np.roll(brows, -max(2, size // 34), axis=0) & (1 - brows)
    fringed = np.zeros_like(level)
    half = size // 2
    for side in (slice(None, half), slice(half, None)):
        band = above[:, side] * (trust[:, side] > 0.2)
        dark = (level[:, side] < -FRINGE_DARK) * band
        if dark.sum() > FRINGE_SHARE * max(band.sum(), 1):
            fringed[:, side] = smoothstep(0.1, 0.4, regions.brows[:, side])
    return fringed


def _under_locks(hair_like: Array, regions: Regions, size: int) -> Array:
    """(S, S) 1 where brow or lid lies among hair: a lock would pass, as every colour does there."""
    bare = (1 - regions.features) * regions.covered + 1e-4
    around = blur(hair_like * bare, size / 60) / blur(bare, size / 60)
    return np.asarray(smoothstep(0.5, 0.8, around) * (regions.lips < 0.1))


def _doubtful_ears(gate: Array, trust: Array, regions: Regions) -> Array:
    """(S, S) 1 on an ear of which much is hair or background: half an ear is worse than none."""
    ears = (regions.ears > 0.5).astype(np.float32)
    doubtful = np.zeros_like(ears)
    half = ears.shape[1] // 2
    for side in (slice(None, half), slice(half, None)):
        seen = (ears * smoothstep(0.1, 0.3, trust))[:, side]
        if float((gate[:, side] * seen).sum()) < SURE_EAR * float(seen.sum()):
            doubtful[:, side] = smoothstep(0.3, 0.5, regions.ears[:, side])
    return doubtful


def roughness_of(log_albedo: Array, trust: Array, regions: Regions) -> Array:
    """(S, S) fine contrast of the photo over that of the person's own bare skin."""
    level = log_albedo @ LUMINANCE
    fine = level - blur(level, level.shape[0] / 200)
    energy = np.sqrt(blur(fine**2, level.shape[0] / 120))
    bare = energy[(regions.bare > 0.5) & (trust > 0.3)]
    usual = max(float(np.median(bare)), 0.012) if len(bare) else 0.03
    return np.asarray(energy / usual)


def _grown(mask: Array, size: int, share: float = 0.01) -> Array:
    """Grown by half of this share of the tile's side."""
    across = (max(1, round(share * size)),) * 2
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, across)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel))


def _opened(accept: Array, radius: int) -> Array:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(cv2.morphologyEx(accept, cv2.MORPH_OPEN, kernel))


def _without_crumbs(accept: Array, regions: Regions, size: int) -> Array:
    """Drop thin bridges and islands that hang apart from the face."""
    accept = _holes_filled(accept, size)
    opened = _opened(accept, max(1, size // 85))
    # Under a fringe the skin between the strands is no use.
    forehead = regions.hair_mm > -FRINGE_MM
    opened = np.where(forehead, _opened(accept, max(1, size // 36)), opened)
    opened = np.where(regions.features + regions.ears > 0.5, accept, opened).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    area = stats[:, cv2.CC_STAT_AREA]
    # A tuft alone on the cheek is a blot: what is made up around it has another tone.
    bearded = np.bincount(labels.ravel(), (regions.beard > 0.35).ravel(), len(area))
    least = np.where(bearded > 0.5 * area, SMALLEST_TUFT, SMALLEST_ISLAND)
    keep = area > least * max(area[1:].sum(initial=1), 1)
    keep[0] = False
    touching = np.unique(labels[(regions.bare > 0.5) & (opened > 0)])
    keep[touching[touching > 0]] = True
    # An eye or a piece of cheek alone in a cast shadow would stand out among what is mirrored.
    main = labels == 1 + int(np.argmax(area[1:])) if len(area) > 1 else labels > 0
    mirrored = np.bincount(labels.ravel(), main[:, ::-1].ravel(), len(area))
    keep &= (mirrored < MIRRORED_SHARE * area) | (area == area[1:].max(initial=0))
    kept = keep[labels]
    return _holes_filled(kept, size)


def _folds_closed(accept: Array, mouth: Array, size: int) -> Array:
    """Around the mouth what is dark and narrow is a fold.

    Where only one side's is refused, the other's would be mirrored beside what is left of it.

    mouth  (S, S) where neither spectacles nor locks are to be feared
    """
    across = 2 * (size // WIDEST_FOLD) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across))
    closed = cv2.morphologyEx(accept, cv2.MORPH_CLOSE, kernel)
    added = (closed > accept) & (mouth > 0.5)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(added.astype(np.uint8))
    shown_there = np.bincount(labels.ravel(), accept[:, ::-1].ravel(), len(stats))
    fold = shown_there > ONE_SIDED * stats[:, cv2.CC_STAT_AREA]
    fold[0] = False
    return np.asarray(accept | fold[labels]).astype(np.uint8)


def _holes_filled(accept: Array, size: int) -> Array:
    """What is refused inside the face and small is a mole or a wrinkle: skin after all."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - accept.astype(np.uint8))
    hole = stats[:, cv2.CC_STAT_AREA] < LARGEST_MOLE * size * size
    hole[0] = False
    return np.asarray(accept | hole[labels]).astype(np.uint8)
