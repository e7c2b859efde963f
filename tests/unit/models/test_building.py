import pytest

from indoor3d.errors import UnknownLevel
from indoor3d.models.building import Text
from tests.buildings import two_floors


@pytest.mark.parametrize("key", ["u", "2F", "2f", "2층", "Upper floor", "Upper", "1", 1])
def test_a_level_answers_to_id_short_name_name_and_ordinal(key: str | int) -> None:
    assert two_floors().level(key).id == "u"


@pytest.mark.parametrize("key", ["", "3F", "B1", "true", 7])
def test_an_unknown_level_names_those_there_are(key: str | int) -> None:
    with pytest.raises(UnknownLevel) as caught:
        two_floors().level(key)
    assert caught.value.context["levels"] == ["1F", "2F"]


def test_a_name_is_given_in_the_wanted_language_or_the_best_there_is() -> None:
    assert Text(default="Halle", ko="로비").best("ko") == "로비"
    assert Text(default="Halle", ko="로비").best("en") == "Halle"
    assert Text(ko="로비").best("en") == "로비"
    assert Text(default="Halle", en="Hall").matches(" hall ")
    assert not Text().matches("")


def test_names_cover_every_named_kind() -> None:
    names = two_floors().names
    assert {"hall", "door-office", "lift-1", "exit-2", "aed-1"} <= names.keys()
