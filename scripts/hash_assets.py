"""Renew the hashes in src/faceborn/assets/assets.toml after an asset was built anew.

    python scripts/hash_assets.py

Says which changed. A file without a block, or a block without its file, is an error: add the block
by hand, with licence, credit, source and made_by.
"""

from __future__ import annotations

import re
import sys

from faceborn.assets import CATALOGUE, FOLDER, read_catalogue, sha256_of

NO_ASSETS = {"__init__.py", CATALOGUE.name}


def main() -> int:
    text = CATALOGUE.read_text(encoding="utf-8")
    catalogue = read_catalogue()
    described = {entry["file"] for entry in catalogue.values()}
    files = (p.relative_to(FOLDER) for p in FOLDER.rglob("*") if p.is_file())
    present = {p.as_posix() for p in files if p.parts[0] != "__pycache__"} - NO_ASSETS
    for name in sorted(present - described):
        print(f"{name}: has no block in {CATALOGUE.name}")
    for name in sorted(described - present):
        print(f"{name}: has a block and is not there")
    for key, entry in catalogue.items():
        path = FOLDER / entry["file"]
        if not path.is_file() or (digest := sha256_of(path)) == entry["sha256"]:
            continue
        block = re.compile(rf'(^\[{re.escape(key)}\]\n(?:[^\[\n].*\n)*?sha256 = ")[^"]*', re.M)
        text, count = block.subn(rf"\g<1>{digest}", text)
        print(f"{path.name}: {'renewed' if count == 1 else 'no line sha256 = in its block'}")
    CATALOGUE.write_text(text, encoding="utf-8")
    return 1 if present != described else 0


if __name__ == "__main__":
    sys.exit(main())
