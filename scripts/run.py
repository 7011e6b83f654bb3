#!/usr/bin/env python3
"""Set up faceborn in .venv, if that is not done yet, and run it or its tests.

    python3 scripts/run.py demo              a head of the portrait that comes with it
    python3 scripts/run.py make me.jpg       any other command of faceborn
    python3 scripts/run.py test [PYTEST...]  lint, types, tests

Needs Python 3.11 or newer and nothing else; what the system lacks is said in a sentence. Works
where pip refuses to install into the system (PEP 668), for nothing is installed there.
"""
# No annotations from the future, no new syntax: an old Python must come as far as the advice.

import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
NEWEST = 15
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("pytest",),
)


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0
    if sys.version_info < (3, 11):
        return run_with_newer_python(arguments)
    if arguments[0] == "test":
        set_up("[test]")
        return run_checks(arguments[1:])
    set_up("[serve]" if arguments[0] == "serve" else "")
    return subprocess.call([PYTHON, "-m", "faceborn", *arguments])


def run_with_newer_python(arguments):
    for minor in range(NEWEST, 10, -1):
        newer = shutil.which("python3.%d" % minor)
        if newer:
            return subprocess.call([newer, os.path.abspath(__file__)] + arguments)
    stop("this is Python %d.%d; faceborn needs 3.11 or newer" % sys.version_info[:2])


def run_checks(pytest_arguments):
    """All of them, even after one has failed; pytest comes last and closes with its counts."""
    failed = []
    for check in CHECKS:
        extra = pytest_arguments if check == ("pytest",) else []
        print("--", " ".join([*check, *extra]), flush=True)
        if subprocess.call([PYTHON, "-m", *check, *extra], cwd=ROOT):
            failed.append(check[0])
    if failed:
        stop("failed: " + ", ".join(dict.fromkeys(failed)))
    return 0


def set_up(extra):
    """Make .venv and install faceborn into it from this folder, once per pyproject.toml."""
    stamp = os.path.join(VENV, "installed" + extra.strip("[]"))
    project = os.path.join(ROOT, "pyproject.toml")
    if os.path.exists(stamp) and os.path.getmtime(stamp) >= os.path.getmtime(project):
        return
    if not os.path.exists(PYTHON) or not has_pip(PYTHON):
        print("making .venv", flush=True)
        make_venv()
    print("installing faceborn%s into .venv" % extra, flush=True)
    install = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.call([*install, "--editable", ROOT + extra]):
        stop("pip could not install: the lines above say why (is there a network?)")
    with open(stamp, "w") as file:
        file.write("")


def make_venv():
    """With pip in it. Debian and Ubuntu keep what that needs in a package of its own."""
    if shutil.which("apt-get") and not has_ensurepip():
        if not (hasattr(os, "geteuid") and os.geteuid() == 0):
            stop("this Python cannot make a .venv; run: sudo apt-get install python3-venv")
        print("this Python cannot make a .venv: installing python3-venv", flush=True)
        quiet = dict(
            stdout=subprocess.DEVNULL, env=dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        )
        subprocess.call(["apt-get", "update", "-qq"], **quiet)
        subprocess.call(["apt-get", "install", "-y", "-qq", "python3-venv"], **quiet)
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV]) or not has_pip(PYTHON):
        stop("python3 -m venv failed: install your system's package for it, then run this again")


def has_ensurepip():
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return False
    return True


def has_pip(python):
    return subprocess.call([python, "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0


def stop(advice):
    sys.exit("run.py: " + advice)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
