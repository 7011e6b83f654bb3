"""Colour every pixel of a drawn scene: albedo, irradiance, key light with shadow, shine; compiled.

Skin scatters light: its terminator is soft and red. Source of the shine: Blinn-Phong, its lobe a
spherical Gaussian, with Schlick's Fresnel term; of hair's: Kajiya & Kay 1989, along the strands'
normal.
"""

from __future__ import annotations

import numba
import numpy as np

from photographs.light import irradiance

# Labels of shards.PARTS.
BACKGROUND, SKIN, BROW, EYE, LIP, INNER, HAIR, BEARD, SPECTACLES, HAT, HAND, CLOTH = range(12)
BALD_UNDER = np.float32(0.5)  # Haircut.under of bald heads lies below
LINEAR = (((np.arange(256) / 255.0 + 0.055) / 1.055) ** 2.4).astype(np.float32)
LINEAR[:11] = (np.arange(11) / 255.0 / 12.92).astype(np.float32)


@numba.njit(cache=True, fastmath=True, inline="always")
def _step(low, high, x):  # type: ignore[no-untyped-def]
    share = min(max((x - low) / (high - low), np.float32(0)), np.float32(1))
    return share * share * (np.float32(3) - np.float32(2) * share)


@numba.njit(cache=True, fastmath=True)
def shade(  # type: ignore[no-untyped-def]
    z,
    triangle,
    first,
    second,
    triangles,
    kinds,
    view,
    normal,
    colour,
    uv,
    openness,
    masks,
    tile,
    beard,
    brows,
    linear,
    flip,
    skin,
    strands,
    eye,
    sh,
    key,
    key_colour,
    shadow_z,
    shadow_screen,
    has_shadow,
    softness,
    image,
    label,
):
    """Into `image` (S, S, 3) linear and `label` (S, S).

    skin     (12,) gain r g b, bare tone r g b, stubble r g b, its share, shine, hair line shift mm
    strands  (M, M) texture around 0 of hair, cloth, hat
    eye      (12,) iris r g b, sclera r g b, pupil's share of the iris, fibre phase, 4 spare
    shadow_screen  (V, 3) vertices in the key light's map `shadow_z`
    """
    size = z.shape[0]
    tile_size = np.float32(tile.shape[0])
    map_size = beard.shape[0]
    map_side = np.float32(map_size)
    wrap = strands.shape[0] - 1
    one, half_px = np.float32(1), np.float32(0.5)
    last_texel = tile_size - np.float32(1.001)
    # Tiles show hair before the ears; no hair grows on bald heads, which colour the scalp less.
    bare_mm = np.float32(-26) if skin[9] < BALD_UNDER else np.float32(-3)
    map_height = shadow_z.shape[0]
    rgb = np.zeros(3, np.float32)
    red = (np.float32(0.34), np.float32(0.16), np.float32(0.10))
    for row in range(size):
        for column in range(size):
            t = triangle[row, column]
            if t < 0:
                continue
            i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            p, q = first[row, column], second[row, column]
            r = one - p - q
            kind = kinds[t]
            nx = p * normal[i, 0] + q * normal[j, 0] + r * normal[k, 0]
            ny = p * normal[i, 1] + q * normal[j, 1] + r * normal[k, 1]
            nz = p * normal[i, 2] + q * normal[j, 2] + r * normal[k, 2]
            over = one / (np.sqrt(nx * nx + ny * ny + nz * nz) + np.float32(1e-9))
            nx *= over
            ny *= over
            nz *= over
            vx = -view[i, 0]
            vy = -view[i, 1]
            vz = -view[i, 2]
            over = one / np.sqrt(vx * vx + vy * vy + vz * vz)
            vx *= over
            vy *= over
            vz *= over
            facing = nx * vx + ny * vy + nz * vz
            if facing < 0 and kind >= 10:  # sheets have two sides
                nx = -nx
                ny = -ny
                nz = -nz
                facing = -facing
            sky = p * openness[i] + q * openness[j] + r * openness[k]
            shine = np.float32(0.0)
            power = np.float32(20.0)
            scatter = np.float32(0.0)
            what = BACKGROUND
            u = p * uv[i, 0] + q * uv[j, 0] + r * uv[k, 0]
            v = p * uv[i, 1] + q * uv[j, 1] + r * uv[k, 1]
            if kind <= 1:
                what = SKIN
                scatter = one
                shine = skin[10]
                hair = p * masks[i, 0] + q * masks[j, 0] + r * masks[k, 0] + skin[11]
                under = _step(np.float32(-6), np.float32(6), hair)
                if kind == 0:
                    lips = p * masks[i, 1] + q * masks[j, 1] + r * masks[k, 1]
                    edge = p * masks[i, 3] + q * masks[j, 3] + r * masks[k, 3]
                    edge = edge * edge * (np.float32(3) - np.float32(2) * edge)
                    if flip:
                        u = one - u
                    x = min(max(u * tile_size - half_px, np.float32(0)), last_texel)
                    y = min(max((one - v) * tile_size - half_px, np.float32(0)), last_texel)
                    xi, yi = int(x), int(y)
                    fx, fy = np.float32(x - xi), np.float32(y - yi)
                    cover = max(edge, _step(bare_mm, bare_mm + np.float32(14), hair))
                    for c in range(3):
                        above = (
                            linear[tile[yi, xi, c]] * (one - fx) + linear[tile[yi, xi + 1, c]] * fx
                        )
                        below = (
                            linear[tile[yi + 1, xi, c]] * (one - fx)
                            + linear[tile[yi + 1, xi + 1, c]] * fx
                        )
                        texel = (above * (one - fy) + below * fy) * skin[c]
                        rgb[c] = texel * (one - cover) + skin[3 + c] * cover
                    grown = p * masks[i, 4] + q * masks[j, 4] + r * masks[k, 4]
                    if grown > np.float32(0.02):
                        grain = strands[
                            int(v * np.float32(420)) & wrap, int(u * np.float32(420)) & wrap
                        ]
                        grown = min(max(grown * (one + grain), np.float32(0)), one)
                        for c in range(3):
                            rgb[c] = rgb[c] * (one - grown) + skin[6 + c] * grown
                        shine *= one - np.float32(0.6) * grown
                    if lips > half_px:
                        what = LIP
                        shine *= np.float32(1.6)
                    else:
                        mx, my = int(u * map_side), int((one - v) * map_side)
                        mx = min(max(mx, 0), map_size - 1)
                        my = min(max(my, 0), map_size - 1)
                        mesh_brow = p * masks[i, 2] + q * masks[j, 2] + r * masks[k, 2]
                        if brows[my, mx] > 110 or mesh_brow > np.float32(0.72):
                            what = BROW
                            shine *= np.float32(0.4)
                        elif beard[my, mx] > 140 or grown > np.float32(0.3):
                            what = BEARD
                            shine *= np.float32(0.5)
                else:
                    for c in range(3):
                        rgb[c] = skin[3 + c]
                cover = under * skin[9]
                for c in range(3):
                    rgb[c] = rgb[c] * (one - cover) + skin[6 + c] * cover
                if cover > np.float32(0.6) and what == SKIN:
                    what = HAIR
            elif kind == 2 or kind == 3:
                rgb[0] = skin[3] * np.float32(0.55)
                rgb[1] = skin[4] * np.float32(0.25)
                rgb[2] = skin[5] * np.float32(0.24)
                shine = np.float32(0.25)
                power = np.float32(40)
                what = INNER if kind == 2 else EYE
            elif kind == 4 or kind == 5:
                rgb[0], rgb[1], rgb[2] = np.float32(0.34), np.float32(0.10), np.float32(0.10)
                shine = np.float32(0.3)
                power = np.float32(50)
                what = INNER
            elif kind == 6:
                rgb[0], rgb[1], rgb[2] = eye[8], eye[9], eye[10]
                shine = np.float32(0.5)
                power = np.float32(80)
                what = INNER
            elif kind == 7 or kind == 8:
                what = EYE
                dx, dy = u - np.float32(0.5), v - np.float32(0.5)
                radius = np.sqrt(dx * dx + dy * dy) / np.float32(0.114)
                iris = one - _step(np.float32(0.9), np.float32(1.1), radius)
                if iris > 0:
                    fibre = strands[
                        int((np.arctan2(dy, dx) + np.float32(3.2)) * np.float32(40) + eye[7])
                        & wrap,
                        int(radius * np.float32(12)) & wrap,
                    ]
                    limbal = one - np.float32(0.7) * _step(np.float32(0.7), one, radius)
                    open_pupil = _step(eye[6] - np.float32(0.05), eye[6] + np.float32(0.06), radius)
                    shape = (one + np.float32(0.3) * fibre) * limbal * open_pupil
                corner = _step(np.float32(1.4), np.float32(3.2), radius) * np.float32(0.4)
                white = eye[3:6]
                flesh = (np.float32(0.42), np.float32(0.19), np.float32(0.16))
                for c in range(3):
                    rgb[c] = white[c] * (one - corner) + flesh[c] * corner
                    if iris > 0:
                        rgb[c] = rgb[c] * (one - iris) + iris * max(
                            eye[c] * shape, np.float32(0.003)
                        )
                sky = sky * np.float32(0.8)
                shine = np.float32(1.0)
                power = np.float32(350)
            else:
                for c in range(3):
                    rgb[c] = p * colour[i, c] + q * colour[j, c] + r * colour[k, c]
                grain = strands[int(v) & wrap, int(u) & wrap]
                if kind == 10 or kind == 11:
                    what = HAIR if kind == 10 else BEARD
                    gain = max(one + np.float32(0.5) * grain, np.float32(0.15))
                    for c in range(3):
                        rgb[c] *= gain
                    shine = np.float32(0.25) + np.float32(0.12) * grain
                    power = np.float32(12)
                elif kind == 12:
                    what = SPECTACLES
                    shine = np.float32(1.0)
                    power = np.float32(90)
                elif kind == 13 or kind == 14:
                    what = CLOTH if kind == 13 else HAT
                    gain = one + np.float32(0.12) * grain
                    for c in range(3):
                        rgb[c] *= gain
                elif kind == 15:
                    what = HAND
                    scatter = one
                    shine = skin[10]
                elif kind == 9:
                    what = SKIN
                else:
                    shine = np.float32(0.3)
                    power = np.float32(40)
            lit = one
            cosine = nx * key[0] + ny * key[1] + nz * key[2]
            if has_shadow and cosine > np.float32(-0.35):
                sx = p * shadow_screen[i, 0] + q * shadow_screen[j, 0] + r * shadow_screen[k, 0]
                sy = p * shadow_screen[i, 1] + q * shadow_screen[j, 1] + r * shadow_screen[k, 1]
                sz = p * shadow_screen[i, 2] + q * shadow_screen[j, 2] + r * shadow_screen[k, 2]
                free = 0
                sz += np.float32(5.0)
                for tap in range(5):  # the corners of a square and its middle
                    ox = np.float32((tap & 1) * 2 - 1) if tap < 4 else np.float32(0)
                    oy = np.float32((tap & 2) - 1) if tap < 4 else np.float32(0)
                    mx, my = int(sx + ox * softness), int(sy + oy * softness)
                    inside = mx >= 0 and my >= 0 and mx < map_height and my < map_height
                    if not inside or shadow_z[my, mx] < sz:
                        free += 1
                lit = np.float32(free) * np.float32(0.2)
            fresnel = (
                np.float32(0.028)
                + np.float32(0.6) * (one - min(max(facing, np.float32(0)), one)) ** 5
            )
            hx, hy, hz = vx + key[0], vy + key[1], vz + key[2]
            half = (nx * hx + ny * hy + nz * hz) / np.sqrt(hx * hx + hy * hy + hz * hz)
            glint = np.float32(0)
            if shine > 0 and half > np.float32(0.6) and cosine > 0 and key_colour[1] > 0:
                glint = (
                    np.exp(power * (half - one))
                    * (power + np.float32(8))
                    * np.float32(0.04)
                    * lit
                    * shine
                )
                glint *= np.float32(0.1) + fresnel
            sheen = fresnel * shine
            mirror = np.float32(2) * facing
            mx_, my_, mz_ = mirror * nx - vx, mirror * ny - vy, mirror * nz - vz
            for c in range(3):
                soft = max(irradiance(sh, nx, ny, nz, c), np.float32(0.015)) * sky
                wrapped = red[c] * scatter
                direct = max((cosine + wrapped) / (one + wrapped), np.float32(0)) * lit
                value = rgb[c] * (soft + key_colour[c] * direct)
                value += key_colour[c] * glint
                if sheen > np.float32(0.02):
                    around = max(irradiance(sh, mx_, my_, mz_, c), np.float32(0))
                    value += around * sheen * np.float32(0.5) * sky
                image[row, column, c] = value
            label[row, column] = what
