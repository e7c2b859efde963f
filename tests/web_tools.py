"""Tools of the web that tests ask for a second opinion: npm packages of ``web/``, run with node."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).parents[1] / "web"
VALIDATE_GLTF = Path(__file__).parent / "contract" / "validate_gltf.mjs"


def ask_node(script: Path, paths: Sequence[Path], *, package: str) -> dict[str, Any]:
    """Run a script over files; it prints one JSON object. Skips the test where the package is not installed."""
    modules = WEB / "node_modules"
    if shutil.which("node") is None or not (modules / package).is_dir():
        pytest.skip(f"no {package}; run npm ci in web/")
    done = subprocess.run(
        ["node", str(script), str(modules), *map(str, paths)],  # noqa: S607 - node as the machine has it
        check=True, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    results: dict[str, Any] = json.loads(done.stdout)
    return results


def validate_gltf(paths: Sequence[Path]) -> dict[str, Any]:
    """What the Khronos validator says of GLB files: path to numbers of errors, warnings, infos, hints, and the codes."""
    return ask_node(VALIDATE_GLTF, paths, package="gltf-validator")
