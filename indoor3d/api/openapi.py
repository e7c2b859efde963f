"""The OpenAPI 3.1 document: what FastAPI knows, plus problems, bodies, tiles and examples."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from indoor3d import __version__
from indoor3d.api import (
    examples,
    examples_about,
    outputs,
    outputs_about,
    outputs_closures,
    outputs_evacuations,
    outputs_isochrones,
    outputs_rescue,
    outputs_routes,
    outputs_search,
    schemas,
    schemas_evacuations,
    schemas_isochrones,
)
from indoor3d.api.errors import table
from indoor3d.api.respond import JSON

_REF = "#/components/schemas/{model}"
_PROBLEM = "application/problem+json"

DESCRIPTION = """Open 3D indoor spatial information: levels, spaces, facilities, 3D Tiles, routes and escape plans.

Coordinates are longitude, latitude (WGS 84) and height above the ellipsoid. Names come in Korean and English. Errors are
RFC 9457 problems, in Korean or English by `Accept-Language` (English when it names neither). Where no safe answer exists
the answer is an error: a wheelchair route never has stairs.

3D 실내공간정보 공개 API입니다. 좌표는 경도, 위도(WGS 84), 타원체고입니다. 오류는 RFC 9457 형식이며 `Accept-Language`에
따라 한국어나 영어로 답합니다. 안전한 답이 없으면 오류로 답합니다. 휠체어 경로에는 계단이 없습니다."""


_EXAMPLES = {
    "Location": examples.LOCATION,
    "Nearby": examples.NEARBY,
    "Route": examples.ROUTE,
    "Evacuation": examples.EVACUATION,
    **examples_about.ALL,
    **outputs_rescue.EXAMPLES,
    **outputs_search.EXAMPLES,
}


def gives(
    model: type[BaseModel] | None, description: str, *, media_type: str = JSON, problems: Iterable[int] = ()
) -> dict[int | str, Any]:
    """Document the answers of an operation: its success, and the problems it may answer with."""
    ref = {"$ref": _REF.format(model=model.__name__)} if model is not None else {}
    shown = {"example": _EXAMPLES[model.__name__]} if model is not None and model.__name__ in _EXAMPLES else {}
    return {
        200: {"description": description, "content": {media_type: {"schema": ref, **shown}}},
        **{status: _problem(status) for status in sorted({400, 406, 414, 503, 504, *problems})},
    }


def _problem(status: int) -> dict[str, Any]:
    codes = sorted(code for code, kind in table().items() if kind.status == status and code in _SERVED)
    description = "Problem: " + ", ".join(codes)
    shown = {"example": examples.NO_ROUTE} if status == examples.NO_ROUTE["status"] else {}
    content = {"schema": {"$ref": _REF.format(model="Problem")}, **shown}
    return {"description": description, "content": {_PROBLEM: content}}


_SERVED = frozenset(
    code for code, kind in table().items() if kind.status != 500 or code in {"internal-error", "plan-failed"}
)


def takes(model: type[BaseModel], examples: Mapping[str, Any]) -> dict[str, Any]:
    """Document the body of an operation."""
    content = {"schema": {"$ref": _REF.format(model=model.__name__)}, "examples": dict(examples)}
    return {"requestBody": {"required": True, "content": {JSON: content}}}


def document(app: FastAPI, *, public_url: str) -> dict[str, Any]:
    """Make the whole document."""
    made = get_openapi(
        title="indoor3d",
        version=__version__,
        openapi_version="3.1.0",
        summary="Open 3D indoor spatial information · 3D 실내공간정보 공개 API",
        description=DESCRIPTION,
        routes=app.routes,
        servers=[{"url": public_url}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    for item in made["paths"].values():
        for operation in item.values():
            _drop_defaults(operation)
    made["paths"]["/v1/venues/{venue}/tiles/{version}/{path}"] = {"get": _tiles()}
    made["components"] = {
        "schemas": _schemas(),
        "securitySchemes": {
            "operator": {"type": "http", "scheme": "bearer", "description": "A key of an operator of this service."}
        },
    }
    return made


_MODELS: tuple[type[BaseModel], ...] = (
    schemas.RouteRequest,
    schemas.MatrixRequest,
    schemas.EvacuationRequest,
    *outputs.ALL,
    *outputs_about.ALL,
    *outputs_closures.ALL,
    *outputs_closures.INPUTS,
    *outputs_evacuations.ALL,
    *outputs_rescue.ALL,
    *outputs_routes.ALL,
    *schemas_evacuations.INPUTS,
    *outputs_search.ALL,
    schemas_isochrones.IsochroneRequest,
    schemas_isochrones.MatchRequest,
    outputs_isochrones.Isochrones,
    outputs_isochrones.Matches,
)
"""Every body and every answer."""


def _schemas() -> dict[str, Any]:
    _, made = models_json_schema([(model, "validation") for model in _MODELS], ref_template=_REF)
    return dict(sorted(made["$defs"].items()))


def _drop_defaults(operation: dict[str, Any]) -> None:
    """Take out what FastAPI documents but we never answer."""
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    done = next(status for status in sorted(responses) if status.startswith("2"))
    content = responses[done].get("content", {})
    if len(content) > 1 and content.get(JSON) == {"schema": {}}:
        del content[JSON]


def _tiles() -> dict[str, Any]:
    def path_parameter(name: str, description: str, example: str) -> dict[str, Any]:
        return {
            "name": name,
            "in": "path",
            "required": True,
            "description": description,
            "schema": {"type": "string", "pattern": r"^[^\x00-\x1f\x7f]+$"},
            "example": example,
        }

    binary = {"schema": {"type": "string", "format": "binary"}}
    return {
        "operationId": "tile",
        "tags": ["3D"],
        "summary": "A file of a 3D tileset · 3차원 타일",
        "description": "Immutable: keep it for ever. Begin with the `3d-tiles` link of a venue. Answers in brotli or gzip by "
        "`Accept-Encoding`; `Range` is honoured on the bytes as they are.",
        "parameters": [
            path_parameter("venue", "Id of the venue.", "city-hall"),
            path_parameter("version", "Version of the release.", "0123456789abcdef"),
            path_parameter("path", "Path in the release; it may hold slashes.", "meshopt/tileset.json"),
        ],
        "responses": {
            "200": {"description": "The file.", "content": {JSON: {"schema": {}}, "model/gltf-binary": binary}},
            "206": {"description": "A part of the file.", "content": {"model/gltf-binary": binary}},
            "304": {"description": "The client has it."},
            **{str(status): _problem(status) for status in (400, 404, 414, 416, 503)},
        },
    }
