import pytest

from indoor3d.api.settings import Settings
from indoor3d.errors import InvalidInput


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://a.example/indoor"])
def test_public_address(url: str) -> None:
    assert Settings(public_url=url).public_url == url


@pytest.mark.parametrize(
    "url", ["", "a.example", "https://a.example/", "ftp://a.example", "https://a.example?x=1", "//a"]
)
def test_addresses_no_link_can_begin_with(url: str) -> None:
    with pytest.raises(InvalidInput):
        Settings(public_url=url)


def test_language() -> None:
    with pytest.raises(InvalidInput):
        Settings(language="fr")
