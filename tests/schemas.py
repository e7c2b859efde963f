"""Published schemas, ready to validate with."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012


def tileset_schema(shared: Path) -> Draft202012Validator:
    """The schema of a 3D Tiles 1.1 tileset, with all that it refers to."""
    folder = shared / "schemas/3d-tiles"
    resources = [
        (path.relative_to(folder).as_posix(), Resource.from_contents(json.loads(path.read_bytes()), DRAFT202012))
        for path in sorted(folder.rglob("*.schema.json"))
    ]
    flat = [(resource.contents["$id"], resource) for _, resource in resources]
    registry: Registry[Any] = Registry().with_resources([*resources, *flat, *((Path(p).name, r) for p, r in resources)])
    root = json.loads((folder / "tileset.schema.json").read_bytes())
    return Draft202012Validator(root, registry=registry)
