"""Whose work a head contains; the licences of both want it said wherever the head goes."""

from __future__ import annotations

CREDIT = (
    "Likeness: the person in the photo.",
    "Head shape, rig and expressions derive from ICT-FaceKit, copyright (c) 2020 USC Institute for"
    " Creative Technologies, MIT License (https://opensource.org/license/mit).",
    "Skin where the photo shows none derives from statistics of the Face Research Lab London Set,"
    " Lisa DeBruine and Benedict Jones (https://doi.org/10.6084/m9.figshare.5047666), CC BY 4.0"
    " (https://creativecommons.org/licenses/by/4.0/), adapted.",
)
