"""Keys of operators: made, listed, and found again without saying which."""

import hashlib

import pytest
from starlette.requests import Request

from indoor3d.api.errors import Refused
from indoor3d.api.operator import OperatorKey, authorise, new_key, permit, read_keys
from indoor3d.errors import InvalidInput

DIGEST = hashlib.sha256(b"secret").hexdigest()


def request(authorization: str | None = None) -> Request:
    headers = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]
    return Request({"type": "http", "headers": headers})


def test_a_list_of_keys_is_read() -> None:
    text = f"# who\n\n{DIGEST.upper()} line-2 city-hall,jongno-3-ga  # since May\n{'0' * 64}\tall"
    assert read_keys(text) == (
        OperatorKey(digest=DIGEST, name="line-2", venues=frozenset({"city-hall", "jongno-3-ga"})),
        OperatorKey(digest="0" * 64, name="all"),
    )
    assert read_keys(text.replace("\n", ";")[5:]) == read_keys(text)
    assert read_keys("") == ()


@pytest.mark.parametrize("line", ["secret", "secret name", DIGEST, f"{DIGEST[:-1]} name", f"{DIGEST} a b c"])
def test_a_line_that_is_none_is_named_by_its_number_and_not_shown(line: str) -> None:
    with pytest.raises(InvalidInput, match="Line 2") as raised:
        read_keys(f"# keys\n{line}")
    assert "secret" not in raised.value.detail["en"]
    assert DIGEST[:10] not in raised.value.detail["en"]


def test_a_new_key_opens_what_its_line_says() -> None:
    secret, line = new_key("night-shift", ["city-hall"])
    assert secret not in line
    assert len(secret) >= 43
    assert new_key("night-shift")[0] != secret
    key = authorise(request(f"Bearer {secret}"), read_keys(line))
    assert key.name == "night-shift"
    permit(key, "city-hall")
    with pytest.raises(Refused) as raised:
        permit(key, "elsewhere")
    assert raised.value.code == "forbidden"
    for bad in ("two words", "", "a;b", "a#b"):
        with pytest.raises(InvalidInput):
            new_key(bad)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic secret",
        "secret",
        f"Bearer {DIGEST}",
        "Bearer " + "s" * 999,
    ],
)
def test_what_is_no_key_is_refused_all_the_same(sent: str | None) -> None:
    keys = read_keys(f"{DIGEST} a")
    with pytest.raises(Refused) as raised:
        authorise(request(sent), keys)
    assert raised.value.code == "unauthorized"
    assert raised.value.headers["WWW-Authenticate"].startswith("Bearer")
    assert authorise(request("bearer secret"), keys).name == "a"


def test_without_keys_nobody_is_an_operator() -> None:
    with pytest.raises(Refused) as raised:
        authorise(request("Bearer secret"), ())
    assert raised.value.code == "operator-keys-missing"
