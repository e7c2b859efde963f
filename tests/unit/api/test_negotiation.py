import pytest

from indoor3d.api import negotiation


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ("a", [("a", 1.0)]),
        ("a;q=0.5, b", [("b", 1.0), ("a", 0.5)]),
        ("A ; Q=0.3 ,b;q=0.3", [("a", 0.3), ("b", 0.3)]),
        ("a;q=2, b;q=-1, c;q=nan, d;q=x, e;q=", []),
        ("a;level=1;q=0.4", [("a", 0.4)]),
        (",;q=1,,", []),
        ("a," * 501, []),
    ],
)
def test_preferences(header: str, expected: list[tuple[str, float]]) -> None:
    assert list(negotiation.preferences(header)) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "text/html"),
        ("application/json;q=0.1, text/html", "text/html"),
        ("application/*;q=0.2, text/html;q=0.1", "application/json"),
        ("application/json;q=0, */*", "text/html"),
        ("image/png", None),
        ("*/*;q=0", None),
    ],
)
def test_media_type(header: str, expected: str | None) -> None:
    assert negotiation.media_type(header, ("application/json", "text/html")) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1, br;q=0.9", "gzip"),
        ("identity, br;q=0.5", None),
        ("identity;q=0.5, br;q=0.5", "br"),
        ("*;q=0.1", "br"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=0, br;q=0", None),
    ],
)
def test_coding(header: str, expected: str | None) -> None:
    assert negotiation.coding(header, ("br", "gzip")) == expected
