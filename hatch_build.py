"""Builds the page of `faceborn serve` into the wheel, so that who installs it needs no Node.

Runs npm in web/, which writes src/faceborn/serve/page. An editable install leaves it alone. Where
there is no npm the wheel is built without the page, with a warning; FACEBORN_REQUIRE_PAGE=1 makes
that an error, as a wheel for others must be built.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

REQUIRE = "FACEBORN_REQUIRE_PAGE"


class PageBuildHook(BuildHookInterface):  # type: ignore[misc]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        problem = build_page(Path(self.root))
        if problem and os.environ.get(REQUIRE):
            raise RuntimeError(f"the page cannot be built: {problem}")
        if problem:
            self.app.display_warning(f"this wheel has no page for `faceborn serve`: {problem}")
        else:
            build_data["artifacts"].append("src/faceborn/serve/page/**")


def build_page(root: Path) -> str:
    """Run npm in root/web. Returns what went wrong, in words; "" if nothing did."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed (Node 20 or newer is needed)"
    for step in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        done = subprocess.run(
            [npm, *step], cwd=root / "web", capture_output=True, text=True, check=False
        )
        if done.returncode:
            return f"npm {step[0]} failed: {(done.stderr or done.stdout).strip()[-800:]}"
    return ""
