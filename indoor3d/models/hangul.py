"""Hangul by arithmetic: folding, initials (초성), keystrokes, the two-set keyboard, and what a half-typed word may become.

A syllable is ``0xAC00 + (initial * 21 + vowel) * 28 + final`` (Unicode, chapter 3.12); everything here follows from it.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
"""In the order of Unicode; the empty final is no final."""

_FIRST, _LAST = 0xAC00, 0xD7A3
_SPLIT = {
    **dict(zip("ㅘㅙㅚㅝㅞㅟㅢ", ("ㅗㅏ", "ㅗㅐ", "ㅗㅣ", "ㅜㅓ", "ㅜㅔ", "ㅜㅣ", "ㅡㅣ"), strict=True)),
    **dict(zip("ㄳㄵㄶㄺㄻㄼ", ("ㄱㅅ", "ㄴㅈ", "ㄴㅎ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ"), strict=True)),
    **dict(zip("ㄽㄾㄿㅀㅄ", ("ㄹㅅ", "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅂㅅ"), strict=True)),
}
"""What takes two keys of the two-set keyboard (KS X 5002); doubled consonants take one, with shift."""
_JOINED = {two: one for one, two in _SPLIT.items()}
_KEYS = {
    **dict(zip("rRseEfaqQtTdwWczxvg", INITIALS, strict=True)),
    **dict(zip("koiOjpuPhynbml", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ", strict=True)),
}
"""Two-set layout over QWERTY (KS X 5002)."""
_KEY_OF = {letter: key for key, letter in _KEYS.items()}
_CONJOINING = {
    **{chr(0x1100 + i): letter for i, letter in enumerate(INITIALS)},
    **{chr(0x1161 + i): letter for i, letter in enumerate(VOWELS)},
    **{chr(0x11A7 + i): letter for i, letter in enumerate(FINALS) if i},
}
"""Conjoining letters that stand alone, as the compatibility letters people type."""
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[-‐-―.·∙・~/](?=\d)")
_OTHER_HYPHEN = re.compile(r"(?<![0-9])-|-(?![0-9])")
_GROWS = {8: 11, 13: 16, 18: 19}
"""Vowels that a second key turns into others (ㅗ into ㅘ, ㅙ, ㅚ): by index, the last of them."""


def is_syllable(char: str) -> bool:
    """Whether a character is a whole Hangul syllable."""
    return _FIRST <= ord(char) <= _LAST


def decompose(syllable: str) -> tuple[int, int, int]:
    """Indices of the initial, the vowel and the final of a syllable.

    Examples
    --------
    >>> decompose("한")
    (18, 0, 4)
    """
    rest, final = divmod(ord(syllable) - _FIRST, 28)
    initial, vowel = divmod(rest, 21)
    return initial, vowel, final


def syllable(initial: int, vowel: int, final: int = 0) -> str:
    """Make a syllable of its indices: the inverse of :func:`decompose`."""
    return chr(_FIRST + (initial * 21 + vowel) * 28 + final)


def words(text: str) -> tuple[str, ...]:
    """Split into words without punctuation, blanks and case, whatever the Unicode form.

    Full-width letters become plain, accents on Latin letters go, lone conjoining letters become those people type.
    Letters of different scripts stay together ("3번", "B1층"), and so do digits with one sign between them ("7-4").

    Examples
    --------
    >>> words("3번 출구 (Café Ａ)"), words("문 7–4")
    (('3번', '출구', 'cafe', 'a'), ('문', '7-4'))
    """
    joined = _BETWEEN_DIGITS.sub("-", unicodedata.normalize("NFC", text))
    return tuple(_OTHER_HYPHEN.sub(" ", "".join(map(_plain, joined))).split())


def squeeze(parts: Iterable[str]) -> str:
    """Join words without blanks; where two digits would meet a hyphen keeps them apart, as in "7-4".

    Examples
    --------
    >>> squeeze(words("화 장 실")), squeeze(words("7 – 4 승강장")), squeeze(words("1·2번 출구"))
    ('화장실', '7-4승강장', '1-2번출구')
    """
    made = ""
    for part in parts:
        made += "-" + part if made[-1:].isdigit() and part[0].isdigit() else part
    return made


def fold(text: str) -> str:
    """Words of a text, squeezed: what is compared with what."""
    return squeeze(words(text))


@lru_cache(maxsize=8_192)
def _plain(char: str) -> str:
    if char == "-" or "\u3131" <= char <= "\u318e" or "가" <= char <= "힣":
        return char
    made = ""
    for part in unicodedata.normalize("NFKD", char):
        letter = _CONJOINING.get(part, part)
        made += letter if letter.isalnum() else ("" if unicodedata.combining(letter) else " ")
    return made.casefold()


def initials(text: str) -> str:
    """Initial consonants of the syllables (초성); other characters stay.

    Examples
    --------
    >>> initials("3번출구")
    '3ㅂㅊㄱ'
    """
    return "".join(INITIALS[decompose(c)[0]] if is_syllable(c) else c for c in text)


def keystrokes(text: str) -> str:
    """Letters in the order in which they are typed.

    Examples
    --------
    >>> keystrokes("화값")
    'ㅎㅗㅏㄱㅏㅂㅅ'
    """
    typed = ""
    for char in text:
        if is_syllable(char):
            initial, vowel, final = decompose(char)
            parts = (INITIALS[initial], VOWELS[vowel], FINALS[final])
            typed += "".join(_SPLIT.get(part, part) for part in parts)
        else:
            typed += _SPLIT.get(char, char)
    return typed


def compose(letters: str) -> str:
    """Put typed letters together as a two-set keyboard does: the inverse of :func:`keystrokes`.

    Examples
    --------
    >>> compose("ㅎㅗㅏㅈㅏㅇㅅㅣㄹ"), compose("ㄱㅏㅂㅅㅣ"), compose("ㅎㅈㅅ")
    ('화장실', '갑시', 'ㅎㅈㅅ')
    """
    done: list[str] = []
    initial = vowel = final = ""
    for letter in letters:
        if letter in VOWELS:
            if final:  # the last consonant was the next syllable's
                pair = _SPLIT.get(final, "")
                before, moved = pair[:1], pair[1:] or final
                done.append(_block(initial, vowel, before))
                initial, vowel, final = moved, letter, ""
            elif vowel and vowel + letter in _JOINED:
                vowel = _JOINED[vowel + letter]
            elif vowel:
                done.append(_block(initial, vowel, ""))
                initial, vowel = "", letter
            else:
                vowel = letter
        elif letter in INITIALS and initial and vowel and not final and letter in FINALS:
            final = letter
        elif final and final + letter in _JOINED:
            final = _JOINED[final + letter]
        else:
            done.append(_block(initial, vowel, final))
            initial, vowel, final = (letter, "", "") if letter in INITIALS else ("", "", "")
            done.append("" if initial else letter)
    done.append(_block(initial, vowel, final))
    return "".join(done)


def _block(initial: str, vowel: str, final: str) -> str:
    if initial and vowel:
        return syllable(INITIALS.index(initial), VOWELS.index(vowel), FINALS.index(final))
    return initial + vowel


def from_keys(text: str) -> str:
    """What the keys of a text give on a Korean keyboard; shift only where it matters, a text all in capitals has none.

    Examples
    --------
    >>> from_keys("ghkwkdtlf"), from_keys("3qjs cnfrn")
    ('화장실', '3번 출구')
    """
    if len(text) > 1 and text.isupper():
        text = text.lower()
    return compose("".join(_KEYS.get(c) or _KEYS.get(c.lower(), c) for c in text))


def to_keys(text: str) -> str:
    """What the keys of a Korean text give on a Latin keyboard.

    Examples
    --------
    >>> to_keys("새ㅑㅣㄷㅅ")
    'toilet'
    """
    return "".join(_KEY_OF.get(letter, letter) for letter in keystrokes(text))


def pattern(typed: str) -> str:
    """Regular expression of what a folded text may be the beginning of.

    A lone consonant stands for every syllable that begins with it, a cluster for the two it is made of; the last syllable
    may be unfinished: its vowel may grow, a final may follow or turn out to be the next initial. A number does not begin
    inside another.

    Examples
    --------
    >>> [bool(re.match(pattern(q), "화장실")) for q in ("ㅎㅈㅅ", "화장ㅅ", "화자", "호", "황", "화장시")]
    [True, True, True, True, False, True]
    >>> bool(re.match(pattern("확"), "화가")), bool(re.search(pattern("3번"), "13번출구"))
    (True, False)
    """
    text = typed
    if any(c in VOWELS for c in text):  # letters one by one, from keyboards that do not put them together
        text = compose(keystrokes(text))
    text = "".join(_SPLIT.get(c, c) for c in text)
    made = "(?<![0-9-])" if text[:1].isdigit() else ""
    for char in text[:-1]:
        made += _beginning(char) if char in INITIALS else re.escape(char)
    last = text[-1:]
    if last and is_syllable(last):
        return made + _unfinished(last)
    return made + (_beginning(last) if last and last in INITIALS else re.escape(last))


def _beginning(consonant: str) -> str:
    """All syllables with an initial: they follow one another in Unicode."""
    initial = INITIALS.index(consonant)
    return f"[{consonant}{syllable(initial, 0)}-{syllable(initial, 20, 27)}]"


def _unfinished(last: str) -> str:
    initial, vowel, final = decompose(last)
    if not final:
        return f"[{last}-{syllable(initial, _GROWS.get(vowel, vowel), 27)}]"
    letter, open_ = FINALS[final], syllable(initial, vowel)
    if letter in _SPLIT:
        first, second = _SPLIT[letter][0], _SPLIT[letter][1]
        return f"(?:{last}|{syllable(initial, vowel, FINALS.index(first))}{_beginning(second)})"
    grown = "".join(
        syllable(initial, vowel, n) for n, other in enumerate(FINALS) if _SPLIT.get(other, "")[:1] == letter
    )
    return f"(?:[{last}{grown}]|{open_}{_beginning(letter)})"
