"""What is written of conditions is read back as it was, whatever they are."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indoor3d.errors import SourceError
from indoor3d.exports.siri_fm import to_siri_fm, token
from indoor3d.models.state import Condition
from indoor3d.sources.siri_fm import read_siri_fm, untoken
from tests.buildings import two_floors
from tests.conditions import many

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
BUILDING = two_floors()


@settings(deadline=None)
@given(conditions=many())
def test_siri_fm_brings_every_condition_back_but_not_who_reported_it(conditions: tuple[Condition, ...]) -> None:
    data = to_siri_fm(conditions, BUILDING, moment=NOW)
    feed = read_siri_fm(data, known=BUILDING.names)
    assert feed.skipped == ()
    assert feed.conditions == tuple(replace(c, reporter="") for c in conditions)
    others = [replace(c, reporter="somebody else") for c in conditions]
    assert to_siri_fm(others, BUILDING, moment=NOW) == data


@given(text=st.text(max_size=20))
def test_a_token_is_a_token_and_comes_back(text: str) -> None:
    written = token(text)
    assert untoken(written) == text
    assert all(c.isalnum() or c in ".:-_" for c in written)


@settings(deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: f"<Siri>{t}</Siri>".encode()))
def test_bytes_from_strangers_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(SourceError):
        read_siri_fm(data)
