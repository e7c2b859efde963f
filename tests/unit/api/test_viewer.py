from pathlib import Path

import pytest

from tests.unit.api import service
from tests.unit.api.client import Client

HASHED = "assets/index-BpMhOJ5R.js"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "web"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>지도</title>", encoding="utf-8")
    (root / HASHED).write_text("export {};" * 500)
    (root / "icon.svg").write_text("<svg/>")
    (tmp_path / "secret").write_text("secret")
    (root / "link").symlink_to(tmp_path / "secret")
    return root


@pytest.fixture
def client(folder: Path) -> Client:
    return service.client(viewer=folder)


def test_index(client: Client) -> None:
    answer = client.get("/")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "지도" in answer.body.decode()
    assert answer.headers["cache-control"] == "public, no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "unsafe-inline" not in policy
    assert client.get("/", if_none_match=answer.headers["etag"]).status == 304


def test_hashed_files_are_kept_for_ever_and_compressed(client: Client) -> None:
    answer = client.get(f"/{HASHED}", accept_encoding="br")
    assert answer.headers["cache-control"].endswith("immutable")
    assert answer.headers["content-encoding"] == "br"
    assert answer.media_type == "text/javascript"
    assert client.get("/icon.svg").media_type == "image/svg+xml"


@pytest.mark.parametrize(
    "path", ["/link", "/../secret", "/%2e%2e/secret", "/assets", "/assets/", "/nope", "//index.html"]
)
def test_nothing_but_the_files_of_the_folder(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status == 404
    assert answer.media_type == "application/problem+json"


def test_the_api_works_beside_it_and_without_it(client: Client, tmp_path: Path) -> None:
    assert client.get("/v1").status == 200
    bare = service.client(viewer=tmp_path / "missing")
    answer = bare.get("/")
    assert (answer.status, answer.headers["location"]) == (307, f"{service.URL}/v1")
    assert bare.get("/v1").status == 200
