"""The arrows between the folders go one way, and importing costs next to nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "faceborn"
STEPS = {"photo", "faces", "fit", "volume", "texture", "export", "render"}
BASE = {"types", "errors", "geometry", "light"}
# Folder or file -> what of faceborn it may import. Steps never import one another: they meet in
# pipeline.py through records. "faceborn" alone is the lazy package: its version and public names.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "types": set(),
    "geometry": {"types", "errors"},
    "light": {"types"},
    "assets": {"errors"},
    "model": BASE | {"assets"},
    **{step: BASE | {"assets", "model"} for step in STEPS},
    "export": BASE | {"assets", "model", "faceborn"},  # files say which version wrote them
    "files": {"errors"},
    "report": {"types", "faceborn"},
    "head": {"types", "errors", "files", "report", "export", "render"},
    "pipeline": {"types", "errors", "head", "report", "model"} | STEPS,
    "cli": {"faceborn", "serve"},
    "serve": {"faceborn"},
    "__main__": {"cli"},
}
THIRD_PARTY = {"numpy", "cv2", "PIL", "pillow_heif"}
# Of the extra [serve]; nothing else may need them.
SERVE_ONLY = {"anyio", "fastapi", "fsspec", "huey", "limits", "prometheus_client"} | {
    *("h11", "pydantic", "redis", "starlette", "uvicorn")
}

VOLUME_ONLY = {"scipy", "skimage"}  # of the extra [volume]


def room_of(module: str) -> str:
    """faceborn.fit.camera -> fit"""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "faceborn"


def imports_of(path: Path) -> list[tuple[str, int]]:
    """Modules that a file imports, with the line; inside functions too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                package = path.relative_to(PACKAGE.parent).parts[: -node.level]
                module = ".".join([*package, module]).rstrip(".")
            rooms = {item.name for item in PACKAGE.iterdir()} | {
                item.stem for item in PACKAGE.glob("*.py")
            }
            if module == "faceborn":  # from faceborn import fit
                found += [
                    (f"faceborn.{alias.name}" if alias.name in rooms else "faceborn", node.lineno)
                    for alias in node.names
                ]
            else:
                found.append((module, node.lineno))
    return found


def files() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_arrow_points_down(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert room in ALLOWED, f"{room} is new: say in tests/test_imports.py what it may import"
    for module, line in imports_of(path):
        top = module.split(".")[0]
        where = f"{path.relative_to(PACKAGE)}:{line} imports {module}"
        if top == "faceborn":
            target = room_of(module)
            assert target == room or target in ALLOWED[room], f"wrong arrow: {where}"
        else:
            allowed = THIRD_PARTY | {"serve": SERVE_ONLY, "volume": VOLUME_ONLY}.get(room, set())
            known = top in sys.stdlib_module_names or top in allowed
            assert known, f"not among the core dependencies: {where}"


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("from faceborn import texture", "faceborn.texture"),
        ("def f():\n import faceborn.fit.solve", "faceborn.fit.solve"),
        ("from ..render import x", "faceborn.render"),
        ("from faceborn import __version__", "faceborn"),
    ],
)
def test_imports_are_seen_in_every_form(source: str, module: str, tmp_path: Path) -> None:
    """The test above is worth what this finds."""
    path = PACKAGE / "photo" / "imagined.py"
    tree = ast.parse(source)
    original, Path.read_text = Path.read_text, lambda *_, **__: ast.unparse(tree)  # type: ignore[method-assign]
    try:
        assert [name for name, _ in imports_of(path)] == [module]
    finally:
        Path.read_text = original  # type: ignore[method-assign]


def modules_after(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after `code`."""
    tail = "\nimport sys; print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code + tail], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_importing_the_package_loads_none_of_its_dependencies() -> None:
    assert not modules_after("import faceborn") & (THIRD_PARTY | SERVE_ONLY | {"torch"})


def test_version_answers_without_numpy() -> None:
    code = "import faceborn.cli\nassert faceborn.cli.main(['--version']) == 0"
    assert not modules_after(code) & (THIRD_PARTY | SERVE_ONLY | {"torch", "tomllib"})


def test_every_name_of_the_package_is_there() -> None:
    import faceborn

    for name in faceborn.__all__:
        assert getattr(faceborn, name) is not None
    assert set(faceborn.__all__) <= set(dir(faceborn))
    with pytest.raises(AttributeError, match="no attribute"):
        faceborn.nonsense  # noqa: B018
