"""Hangul arithmetic, against Unicode itself and an independent library."""

import re
import unicodedata

import hangulpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indoor3d.models.hangul import (
    compose,
    decompose,
    fold,
    from_keys,
    initials,
    is_syllable,
    keystrokes,
    pattern,
    squeeze,
    syllable,
    to_keys,
    words,
)

SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
KOREAN = st.text(SYLLABLES, min_size=1, max_size=8)
ANYTHING = st.text(max_size=60)


def test_every_syllable_comes_apart_as_unicode_says() -> None:
    for code in range(0xAC00, 0xD7A4):
        initial, vowel, final = decompose(chr(code))
        letters = [0x1100 + initial, 0x1161 + vowel, *([0x11A7 + final] if final else [])]
        assert unicodedata.normalize("NFD", chr(code)) == "".join(map(chr, letters))
        assert syllable(initial, vowel, final) == chr(code)


def test_initials_agree_with_the_oracle_for_every_syllable() -> None:
    text = "".join(map(chr, range(0xAC00, 0xD7A4)))
    assert initials(text) == hangulpy.get_chosung_string(text)


@given(KOREAN)
def test_what_is_typed_letter_by_letter_comes_out_as_it_was(text: str) -> None:
    assert compose(keystrokes(text)) == text
    assume(not to_keys(text).isupper())  # that is caps lock
    assert from_keys(to_keys(text)) == text


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("ghkwkdtlf", "화장실"),
        ("GHKWKDTLF", "화장실"),
        ("tlcjddur", "시청역"),
        ("3qjs cnfrn", "3번 출구"),
        ("dPtks", "예산"),
        ("rkqtdl", "값이"),
        ("Rhc", "꽃"),
        ("gwt", "ㅎㅈㅅ"),
        ("dhkdtlqfl", "왕십리"),
    ],
)
def test_keys_of_the_wrong_keyboard(keys: str, text: str) -> None:
    assert from_keys(keys) == text


@pytest.mark.parametrize(("typed", "meant"), [("새ㅑㅣㄷㅅ", "toilet"), ("ㄷ턋", "exit"), ("ㅁㄷㅇ", "aed")])
def test_latin_words_typed_on_a_korean_keyboard(typed: str, meant: str) -> None:
    assert to_keys(typed) == meant


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("화 장 실", "화장실"),
        (unicodedata.normalize("NFD", "화장실"), "화장실"),
        ("화장실.", "화장실"),
        ("３번　출구", "3번출구"),
        ("Ｅｘｉｔ ３", "exit3"),
        ("Café", "cafe"),
        ("STRASSE", "strasse"),
        ("7 – 4", "7-4"),
        ("7-4", "7-4"),
        ("7–4", "7-4"),
        ("1·2번 출구", "1-2번출구"),
        ("-5", "5"),
        ("", ""),
        ("🚻", ""),
        ("\u1112\u1161", "하"),
        ("\u1112", "ㅎ"),
        ("\uffbe", "ㅎ"),
    ],
)
def test_spelling_of_one_word_does_not_matter(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(ANYTHING)
def test_folding_twice_is_folding_once_and_the_unicode_form_does_not_matter(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert not any(c.isspace() for c in folded)
    assert squeeze(words(text)) == folded


@given(KOREAN)
def test_decomposed_korean_is_the_same_korean(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text) == text


@given(KOREAN, st.data())
def test_whatever_was_typed_so_far_fits(text: str, data: st.DataObject) -> None:
    """After every key the screen shows a beginning of the word, and it must be found."""
    typed = keystrokes(text)
    shown = compose(typed[: data.draw(st.integers(1, len(typed)))])
    assert re.match(pattern(shown), text), shown


@given(KOREAN, st.data())
def test_any_syllables_may_be_initials_only(text: str, data: st.DataObject) -> None:
    mixed = "".join(initials(c) if data.draw(st.booleans()) else c for c in text)
    assert re.fullmatch(pattern(mixed), text)


@given(KOREAN, KOREAN)
def test_full_words_fit_only_themselves_or_what_they_may_become(one: str, other: str) -> None:
    """Oracle: the keys of the one are a beginning of the keys of the other."""
    fits = re.match(pattern(one), other) is not None
    assert fits == keystrokes(other).startswith(keystrokes(one))


@pytest.mark.parametrize(
    ("typed", "text"), [("ㅇㄺ", "열린광장"), ("ㄳ", "감사"), ("말ㄱ", "말구유"), ("맑", "말구유")]
)
def test_clusters_are_two_initials(typed: str, text: str) -> None:
    assert re.match(pattern(typed), text)


def test_a_number_does_not_begin_inside_another() -> None:
    assert not re.search(pattern("3번"), "13번출구")
    assert not re.search(pattern("4"), "7-4")
    assert re.search(pattern("3번"), "제3번출구")


@given(ANYTHING)
def test_a_pattern_of_anything_is_valid(text: str) -> None:
    re.compile(pattern(fold(text)))
    re.compile(pattern(text))


@given(st.text(max_size=20))
def test_a_text_is_a_syllable_text_only_if_all_are(text: str) -> None:
    assert [is_syllable(c) for c in text] == ["가" <= c <= "힣" for c in text]
