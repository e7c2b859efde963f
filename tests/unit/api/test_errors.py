import pytest

from indoor3d import errors
from indoor3d.api.errors import KINDS, Refused, cut, describe, problem, status_of, table
from indoor3d.errors import CorruptBlob, NoRoute, StoreUnavailable, UnknownLevel


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.UnknownVenue, 404),
        (errors.UnknownElement, 404),
        (errors.InvalidPosition, 400),
        (errors.UnknownProfile, 400),
        (errors.NoRoute, 422),
        (errors.LevelMismatch, 422),
        (errors.NoOpenExit, 422),
        (errors.OffNetwork, 422),
        (errors.StoreUnavailable, 503),
        (errors.CorruptBlob, 500),
    ],
)
def test_status_by_class(error: type[errors.Indoor3dError], status: int) -> None:
    assert status_of(error("x")) == status
    assert table()[error.code].status == status


@pytest.mark.parametrize("code", sorted(KINDS))
def test_codes_of_http_have_both_languages(code: str) -> None:
    assert code not in {c.code for c in (errors.NotFound, errors.InvalidInput, NoRoute)}
    assert KINDS[code].title["ko"] != KINDS[code].title["en"]
    assert status_of(Refused(code, "x", "x")) == KINDS[code].status


def test_context_is_shown_and_cannot_forge_members() -> None:
    shown = describe(NoRoute("no", ko="없음", blocked_by=[{"element": "a"}], status=200), lang="ko")
    assert shown["blocked_by"] == [{"element": "a"}]
    assert shown["detail"] == "없음"
    assert "status" not in shown


@pytest.mark.parametrize(
    "error", [StoreUnavailable("cannot open /srv/private/indoor3d.db"), CorruptBlob("/srv/private")]
)
def test_what_broke_inside_is_not_told(error: errors.Indoor3dError) -> None:
    answer = problem(error, lang="en", public_url="https://a.example", request_id="0")
    assert b"private" not in bytes(answer.body)


def test_inputs_are_cut() -> None:
    assert cut("x" * 64) == "x" * 64
    assert len(cut("x" * 65)) == 64
    assert len(describe(UnknownLevel("x" * 10_000), lang="en")["detail"]) <= 600
