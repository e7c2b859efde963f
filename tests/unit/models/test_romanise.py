"""Romanisation, against official spellings and an independent library."""

import hangulpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indoor3d.models.romanise import letters, loosen, romanise

OFFICIAL = {
    # examples of the notice itself (2000-8), chapters 2 and 3
    "구미": "gumi", "영동": "yeongdong", "백암": "baegam", "옥천": "okcheon", "합덕": "hapdeok", "호법": "hobeop",
    "월곶": "wolgot", "벚꽃": "beotkkot", "한밭": "hanbat", "구리": "guri", "설악": "seorak", "칠곡": "chilgok",
    "임실": "imsil", "울릉": "ulleung", "대관령": "daegwallyeong", "백마": "baengma", "종로": "jongno",
    "왕십리": "wangsimni", "별내": "byeollae", "신라": "silla", "해돋이": "haedoji", "같이": "gachi", "좋고": "joko",
    "놓다": "nota", "묵호": "mukho", "집현전": "jiphyeonjeon", "압구정": "apgujeong", "낙동강": "nakdonggang",
    "낙성대": "nakseongdae", "합정": "hapjeong", "팔당": "paldang", "울산": "ulsan", "광희문": "gwanghuimun",
    # stations
    "서울": "seoul", "시청": "sicheong", "선릉": "seolleung", "독립문": "dongnimmun", "동대문": "dongdaemun",
    "강남": "gangnam", "을지로": "euljiro", "충무로": "chungmuro", "국회의사당": "gukhoeuisadang", "혜화": "hyehwa",
    "경복궁": "gyeongbokgung", "여의도": "yeouido", "의정부": "uijeongbu", "답십리": "dapsimni", "신림": "sillim",
}  # fmt: skip


@pytest.mark.parametrize(("name", "official"), OFFICIAL.items())
def test_official_spellings(name: str, official: str) -> None:
    assert romanise(name) == official


def test_differences_from_the_oracle_are_known() -> None:
    """Where an independent implementation differs, the official spelling is ours."""
    differ = {name for name in OFFICIAL if hangulpy.romanize(name).lower() != romanise(name)}
    assert len(differ) <= len(OFFICIAL) // 5, differ


def test_what_is_not_hangul_stays() -> None:
    assert romanise("종로3가 (A)") == "jongno3ga (A)"
    assert letters("B1 화장실") == "B1 hwajangsil"


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=10))
def test_any_korean_becomes_latin(text: str) -> None:
    for made in (romanise(text), letters(text)):
        assert made.isascii()
        assert made == made.lower()
        assert bool(made) == bool(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kangnam", "gangnam"),
        ("toksugung", "deoksugung"),
        ("chongno", "jongno"),
        ("pusan", "busan"),
        ("shinsa", "sinsa"),
        ("insadong", "insa-dong".replace("-", "")),
        ("silla", "shilla"),
        ("wangsipri", "wangsibri"),
    ],
)
def test_spellings_of_one_name_are_loosely_one(one: str, other: str) -> None:
    assert loosen(one) == loosen(other)


@pytest.mark.parametrize(("one", "other"), [("gangnam", "gangdong"), ("jongno", "jonggak"), ("sindang", "sinsa")])
def test_different_names_stay_different(one: str, other: str) -> None:
    assert loosen(one) != loosen(other)
