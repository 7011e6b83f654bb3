"""Whose work a head contains stands in every file of it that has room for words."""

from __future__ import annotations

import json

from faceborn.assets import read_catalogue
from faceborn.export import write_glb, write_obj, write_ply
from tests.export.painted import painted_head


def test_every_format_credits_the_sources_of_shape_and_skin() -> None:
    """With names and licences as the catalogue of assets says them."""
    head = painted_head()
    files = {name: data for name, data in write_obj(head, "me").items() if name[-3:] in "objmtl"}
    files["me.ply"] = write_ply(head).partition(b"end_header")[0]
    glb = write_glb(head)
    length = int.from_bytes(glb[12:16], "little")
    files["me.glb"] = json.loads(glb[20 : 20 + length])["asset"]["copyright"].encode()
    assert len(files) == 4
    catalogue = read_catalogue()
    for name, content in files.items():
        told = content[:2000].decode("ascii", "ignore")
        for key in ("head", "albedo"):
            assert catalogue[key]["credit"][0] in told, name
            assert catalogue[key]["license"] in told, name
