"""Korean particles: chosen by the final sound of the word as it is read."""

import re
import string
import unicodedata
from collections.abc import Mapping
from typing import Any

_PAIRS = {
    "은": ("은", "는"),
    "이": ("이", "가"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
    "이라": ("이라", "라"),
    "이나": ("이나", "나"),
    "이랑": ("이랑", "랑"),
    "이에요": ("이에요", "예요"),
}
_TAIL = re.compile(r"(\s*\([^()]*\)|[\s\"'’”」』™®.]+)$")
_RIEUL = 8
_DIGIT_FINAL = {"0": 21, "1": _RIEUL, "2": 0, "3": 16, "4": 0, "5": 0, "6": 1, "7": _RIEUL, "8": _RIEUL, "9": 0}
_LETTER_FINAL = {"L": _RIEUL, "R": _RIEUL, "M": 16, "N": 4}


def with_particle(word: str, particle: str) -> str:
    """Add a particle to a word.

    Parameters
    ----------
    word : str
        As it is shown.
    particle : str
        One of 은, 이, 을, 과, 으로, 이라, 이나, 이랑, 이에요: the form after a consonant.

    Examples
    --------
    >>> with_particle("화장실", "으로"), with_particle("3번 출구", "을"), with_particle("지하 1층(B1)", "으로")
    ('화장실로', '3번 출구를', '지하 1층(B1)으로')
    >>> with_particle("7-4", "이나"), with_particle("엘리베이터", "이랑"), with_particle("3번 출구", "이에요")
    ('7-4나', '엘리베이터랑', '3번 출구예요')
    """
    closed, opened = _PAIRS[particle]
    final = _final(word)
    vowel_like = final == 0 or (particle == "으로" and final == _RIEUL)
    return word + (opened if vowel_like else closed)


def sentence(template: str, values: Mapping[str, Any]) -> str:
    """Fill a template as ``str.format`` does; a field may name a particle for its format.

    Examples
    --------
    >>> sentence("{one:이} {other:과} {area:.1f} m² 겹칩니다.", {"one": "복도", "other": "방", "area": 1.25})
    '복도가 방과 1.2 m² 겹칩니다.'
    """
    return _Formatter().vformat(template, (), values)


class _Formatter(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in _PAIRS:
            return with_particle(str(value), format_spec)
        text: str = super().format_field(value, format_spec)
        return text


def _final(word: str) -> int:
    """Index of the final consonant of the last syllable as read, 0 when there is none; 8 is ㄹ."""
    text = unicodedata.normalize("NFC", word)
    while (shorter := _TAIL.sub("", text)) != text and shorter:
        text = shorter
    last = text[-1:]
    if "가" <= last <= "힣":
        return (ord(last) - 0xAC00) % 28
    if last.isdigit():
        return _number_final(text)
    if last.isascii() and last.isalpha():
        return _latin_final(text)
    return 0


def _number_final(text: str) -> int:
    """Trailing zeros are read 십, 백, 천 (or 만): the final sound is that of the unit."""
    zeros = len(text) - len(text.rstrip("0"))
    before = text[: len(text) - zeros]
    if zeros and before[-1:].isdigit():
        return {1: 17, 2: 1, 3: 4}.get(zeros, 4)
    return _DIGIT_FINAL.get(text[-1], 0)


def _latin_final(text: str) -> int:
    """Capitals are read letter by letter; units and other words by their last sounds."""
    word = re.split(r"[^A-Za-z]", text)[-1]
    if word.isupper():
        return _LETTER_FINAL.get(word[-1], 0)
    low = word.lower()
    if low in {"m", "km", "cm", "mm"}:
        return 0
    if low.endswith("ng"):
        return 21
    if low.endswith(("l", "le")):
        return _RIEUL
    return {"m": 16, "n": 4}.get(low[-1], 0)
