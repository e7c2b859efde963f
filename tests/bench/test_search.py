"""How long a search over 2,000 venues and in one pilot station takes.

Run with ``pytest tests/bench/test_search.py --benchmark-only``; nothing here asserts a time. The bar is 5 ms a question.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from indoor3d.models.building import Text, Venue
from indoor3d.models.romanise import romanise
from indoor3d.models.search import SearchIndex
from tests.venues.made import made

Benchmark = Callable[..., Any]
VENUES = 2_000
# Syllables of real station names, so that the letters are as frequent as in a city.
SYLLABLES = "서울시청종로강남신도림구역동대문광장산천부인수원안양성중앙회현삼사오평촌정왕십리을지입충무명길음미아암의공덕홍합당상"
OVER_VENUES = [
    *("ㅅ", "ㅅㅇ", "ㅅㅇㅇ", "서", "서울", "서울역", "s", "seoul stn", "station", "v-1", "rltkd", "zzz", "toksu"),
    *("서울 화장실", "a b c d e f g h", "가" * 200, "ㅇ" * 200),
]
IN_STATION = [
    "ㅎㅈㅅ",
    "화장실",
    "B1 화장실",
    "3ㅂㅊㄱ",
    "ghkwkdtlf",
    "hwajangsil",
    "nearest accessible restroom",
    "7-4",
    "ㅇ",
    "1",
]


@cache
def _venues() -> tuple[Venue, ...]:
    rng = np.random.default_rng(1)
    made_: list[Venue] = []
    for n in range(VENUES):
        name = "".join(rng.choice(list(SYLLABLES), rng.integers(2, 5)))
        text = Text(default=f"v-{n:04} {name}역", ko=f"{name}역", en=f"{romanise(name).title()} station")
        made_.append(Venue(id=f"v-{n:04}", name=text))
    return tuple(made_)


@cache
def _index() -> SearchIndex:
    return SearchIndex.of_venues(_venues())


def test_make_the_index_of_venues(benchmark: Benchmark) -> None:
    assert len(benchmark(SearchIndex.of_venues, _venues()).entries) == VENUES


def test_make_the_index_of_a_station(benchmark: Benchmark) -> None:
    assert benchmark(SearchIndex.of_building, made("city-hall").building).entries


@pytest.mark.parametrize("text", OVER_VENUES, ids=lambda text: text[:16])
def test_over_venues(benchmark: Benchmark, text: str) -> None:
    def ask() -> int:
        return len(_index().find(text)) + len(_index().venues_in(text))

    _index()
    benchmark(ask)


@pytest.mark.parametrize("text", IN_STATION)
def test_in_a_station(benchmark: Benchmark, text: str) -> None:
    index = SearchIndex.of_building(made("city-hall").building)
    benchmark(index.find, text)
