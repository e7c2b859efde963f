"""Particles: by rule, and against an independent library on every name of the pilot venues."""

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import hangulpy
import pytest

from indoor3d.models.building import Building
from indoor3d.models.korean import sentence, with_particle
from indoor3d.sources.base import read
from tests.venues.made import VENUES, text_of

PARTICLES = {
    "은": "은/는",
    "이": "이/가",
    "을": "을/를",
    "과": "와/과",
    "으로": "으로/로",
    "이나": "이나/나",
    "이랑": "이랑/랑",
}
_PAIR = re.compile(r"\d+-(\d+)$")
_BRACKET = re.compile(r"\s*\([^()]*\)$")


@pytest.mark.parametrize(
    ("word", "particle", "whole"),
    [
        ("화장실", "으로", "화장실로"),
        ("서울", "으로", "서울로"),
        ("서울역", "으로", "서울역으로"),
        ("3번 출구", "이에요", "3번 출구예요"),
        ("승강장", "이에요", "승강장이에요"),
        ("엘리베이터", "이랑", "엘리베이터랑"),
        ("계단", "이랑", "계단이랑"),
        ("개찰구", "이나", "개찰구나"),
        ("대합실", "이나", "대합실이나"),
        ("7-4", "이나", "7-4나"),
        ("1", "으로", "1로"),
        ("10", "으로", "10으로"),
        ("6", "이랑", "6이랑"),
        ("0", "이에요", "0이에요"),
        ("지하 1층(B1)", "으로", "지하 1층(B1)으로"),
        ("B1", "이랑", "B1이랑"),
        ("AED", "이나", "AED나"),
        ("ATM", "을", "ATM을"),
        ("100m", "을", "100m를"),
        ("Hall", "으로", "Hall로"),
        ("'인천 방향'", "으로", "'인천 방향'으로"),
        ("복도", "이라", "복도라"),
    ],
)
def test_the_particle_follows_the_last_sound(word: str, particle: str, whole: str) -> None:
    assert with_particle(word, particle) == whole
    assert sentence("{word:" + particle + "}", {"word": word}) == whole


@cache
def building_of(venue: str) -> Building:
    """The model of a venue; no navigation graph is needed here."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{venue}.ifc"
        path.write_text(text_of(venue), encoding="utf-8")
        return read(path)[0]


@cache
def _names() -> frozenset[str]:
    return frozenset(
        name.ko
        for venue in VENUES
        for name in (*building_of(venue).names.values(), *(level.name for level in building_of(venue).levels))
        if name.ko
    )


def test_there_are_many_names() -> None:
    assert len(_names()) > 1_500


def _by_oracle(name: str, particle: str) -> str:
    """The oracle's particle. It differs from print in two ways, both left out here.

    It reads a bracket at the end, where the particle follows the word before the bracket; and after "8-3" it takes the form
    for a vowel, where the last digit is read (팔 다시 삼).
    """
    bare = _PAIR.sub(r"\1", _BRACKET.sub("", name))
    made = hangulpy.josa(bare, particle)
    assert made.startswith(bare)
    return name + made.removeprefix(bare)


@pytest.mark.parametrize("particle", PARTICLES)
def test_every_name_agrees_with_the_oracle(particle: str) -> None:
    ours = {name: with_particle(name, particle) for name in _names()}
    assert ours == {name: _by_oracle(name, PARTICLES[particle]) for name in _names()}


def test_only_brackets_and_pairs_of_numbers_are_read_otherwise_by_the_oracle() -> None:
    differ = {name for name in _names() if with_particle(name, "이") != hangulpy.josa(name, "이/가")}
    assert {name for name in differ if not _BRACKET.search(name) and not _PAIR.search(name)} == set()


def test_the_copula_agrees_with_the_final_of_the_oracle() -> None:
    """The oracle has no 이에요; whether a final sound is there it tells by 이/가."""
    for name in _names():
        closed = _by_oracle(name, "이/가").endswith("이")
        assert with_particle(name, "이에요") == name + ("이에요" if closed else "예요")
