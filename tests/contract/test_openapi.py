"""The OpenAPI document: valid, complete, and kept by the service under requests made from it, good and bad."""

from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from indoor3d.api.app import create_app
from indoor3d.api.operator import new_key, read_keys
from indoor3d.api.settings import Settings
from tests.unit.api import service
from tests.unit.api.client import Client

# The address is the host that schemathesis calls; with any other it would leave the process.
KEY, _LINE = new_key("schemathesis")
APP = create_app(Settings(public_url="http://testserver", viewer=None, operator_keys=read_keys(_LINE)), service.store())
CAN_REFUSE = {
    "/v1/venues",
    "/v1/nearby",
    "/v1/locate",
    "/v1/routes",
    "/v1/routes/explain",
    "/v1/routes/matrix",
    "/v1/search",
    "/v1/evacuations",
    "/v1/rescue",
    "/v1/closures",
    "/v1/closures/{closure}",
    "/v1/processes/{process}/execution",
    "/v1/venues/{venue}/incidents",
    "/v1/venues/{venue}/incidents/{incident}",
}
"""Where what fits the schema may still be refused: south above north, a position on several levels, no route, no key."""
SCHEMA = schemathesis.openapi.from_asgi("/v1/openapi.json", APP)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = Client(APP).get("/v1/openapi.json").json
    return found


@SCHEMA.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_service_keeps_its_document(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(
        headers={"Authorization": f"Bearer {KEY}"},
        excluded_checks=[positive_data_acceptance] if case.path in CAN_REFUSE else [],
    )


def test_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_reference_resolves_and_every_schema_is_used(document: dict[str, Any]) -> None:
    names = set(document["components"]["schemas"])
    used = {ref.removeprefix("#/components/schemas/") for ref in _references(document)}
    assert used == names


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(_references(member) for member in value.values())) if value else own
    return set().union(*(_references(item) for item in value)) if isinstance(value, list) and value else set()


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    idents = []
    for path, item in document["paths"].items():
        for operation in item.values():
            idents.append(operation["operationId"])
            assert operation["summary"], path
            assert operation["description"], path
            assert {"200", "201"} & operation["responses"].keys(), path
            assert "422" not in operation["responses"] or "no-route" in operation["responses"]["422"]["description"]
            assert "401" not in operation["responses"] or operation["security"] == [{"operator": []}], path
            for parameter in operation.get("parameters", []):
                assert parameter["description"], (path, parameter["name"])
    assert len(idents) == len(set(idents))


def test_examples_keep_their_schemas(document: dict[str, Any]) -> None:
    checked = 0
    for item in document["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                for content in response.get("content", {}).values():
                    if "example" in content:
                        schema = {"$ref": content["schema"]["$ref"], "components": document["components"]}
                        jsonschema.Draft202012Validator(schema).validate(content["example"])
                        checked += 1
    for path in ("/v1/routes", "/v1/evacuations", "/v1/rescue", "/v1/processes/{process}/execution"):
        content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        schema = {"$ref": content["schema"]["$ref"], "components": document["components"]}
        for example in content["examples"].values():
            jsonschema.Draft202012Validator(schema).validate(example["value"])
            checked += 1
    assert checked >= 8


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        (f"/v1/locate?{service.HALL}&level=0", "GET", None),
        (f"/v1/nearby?{service.HALL}&level=0&category=aed", "GET", None),
        ("/v1/routes", "POST", {"waypoints": [{"ref": "office"}, {"ref": "exit-1"}], "mode": "wheelchair"}),
        ("/v1/evacuations", "POST", {"mode": "wheelchair"}),
        ("/v1/rescue", "POST", {"target": {"ref": "hall"}, "closed": ["exit-2"]}),
    ],
    ids=["locate", "nearby", "routes", "evacuations", "rescue"],
)
def test_examples_show_what_is_answered(document: dict[str, Any], path: str, method: str, body: Any) -> None:
    """Every member an example shows is in a real answer, so that nobody writes code against a wish."""
    client = Client(APP)
    answer = client.get(path) if body is None else client.post(path, {"venue": "two-floors", **body})
    content = document["paths"][path.partition("?")[0]][method.lower()]["responses"]["200"]["content"]
    for shown in (member["example"] for member in content.values()):
        assert shown.keys() <= answer.json.keys()
        real = {name for feature in answer.json.get("features", []) for name in feature["properties"]}
        assert {name for feature in shown.get("features", []) for name in feature["properties"]} <= real
