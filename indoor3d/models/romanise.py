"""Korean in Latin letters by the Revised Romanisation, for matching only: what is shown is data, never generated.

Source of the rules: 국어의 로마자 표기법 (Revised Romanisation, Ministry of Culture notice 2000-8), chapters 2 and 3; sound
changes by 표준 발음법 (Standard Pronunciation) articles 8 to 20 as chapter 3 wants them written. Tensing is not written
(chapter 3, article 1, note); an inserted ㄴ (학여울) cannot be told from letters and is not made.
"""

from indoor3d.models.hangul import FINALS, INITIALS, decompose, is_syllable

_INITIAL = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_VOWEL = (
    *("a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae"),
    *("oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"),
)
_FINAL = {"": "", "ㄱ": "k", "ㄴ": "n", "ㄷ": "t", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p", "ㅇ": "ng"}
_BASE = {
    **dict.fromkeys("ㄲㅋㄳㄺ", "ㄱ"),
    **dict.fromkeys("ㄵㄶ", "ㄴ"),
    **dict.fromkeys("ㅅㅆㅈㅊㅌㅎ", "ㄷ"),
    **dict.fromkeys("ㄼㄽㄾㅀ", "ㄹ"),
    "ㄻ": "ㅁ",
    **dict.fromkeys("ㅍㅄㄿ", "ㅂ"),
}
"""A final before a consonant or a pause (articles 8 to 11)."""
_LIAISON = {
    **dict(
        zip("ㄳㄵㄺㄻㄼㄽㄾㄿㅄ", ("ㄱㅅ", "ㄴㅈ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ", "ㄹㅌ", "ㄹㅍ", "ㅂㅅ"), strict=True)
    ),
    "ㄶ": "ㄴ",
    "ㅀ": "ㄹ",
}
"""Clusters before a vowel: what stays and what moves (article 14); ㅎ is silent (article 12.4)."""
_NASAL = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}
_ASPIRATED = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅈ": "ㅊ"}
_PALATAL = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}
_I = 20
"""Index of the vowel ㅣ."""

_Sound = tuple[str, int, str]
"""Initial, index of the vowel, final."""


def romanise(text: str) -> str:
    """Write a text as it sounds; what is not Hangul stays.

    Examples
    --------
    >>> romanise("왕십리"), romanise("신라"), romanise("화장실"), romanise("국회의사당"), romanise("종로3가")
    ('wangsimni', 'silla', 'hwajangsil', 'gukhoeuisadang', 'jongno3ga')
    """
    made, run = "", ""
    for char in text:
        if is_syllable(char):
            run += char
        else:
            made += _sounded(run) + char
            run = ""
    return made + _sounded(run)


def letters(text: str) -> str:
    """Write a text syllable by syllable, without sound changes between them.

    Examples
    --------
    >>> letters("왕십리"), letters("종로3가")
    ('wangsipri', 'jongro3ga')
    """
    return "".join(_sounded(char) if is_syllable(char) else char for char in text)


def loosen(latin: str) -> str:
    """Reduce Latin letters to what the many spellings of one Korean name have in common.

    Voiced and voiceless, r and l, single and double, o, u, eo and eu become one: people write Kangnam and Gangnam,
    Toksugung (McCune-Reischauer without its marks) and Deoksugung.

    Examples
    --------
    >>> loosen("kangnam") == loosen("gangnam"), loosen("toksugung") == loosen("deoksugung"), loosen("silla")
    (True, True, 'sira')
    """
    made = latin
    for seen, kept in _LOOSE:
        made = made.replace(seen, kept)
    return "".join(c for c, before in zip(made, " " + made, strict=False) if c != before)


_LOOSE = (
    *(("sh", "s"), ("ch", "j"), ("oo", "u"), ("ee", "i"), ("woo", "u"), ("wu", "u")),
    *(("eo", "u"), ("eu", "u"), ("ae", "e"), ("oe", "e"), ("ui", "i")),
    *(("k", "g"), ("t", "d"), ("p", "b"), ("l", "r"), ("q", "g"), ("z", "j"), ("y", "i"), ("o", "u")),
)
"""In this order: two letters before one."""


def _sounded(run: str) -> str:
    """Apply the sound changes between the syllables of one word and write it."""
    sounds = [_sound(char) for char in run]
    for n in range(len(sounds) - 1):
        sounds[n], sounds[n + 1] = _meet(sounds[n], sounds[n + 1])
    made, before = "", ""
    for initial, vowel, final in sounds:
        made += "l" if initial == "ㄹ" and before == "ㄹ" else _INITIAL[INITIALS.index(initial)]
        before = _BASE.get(final, final)
        made += _VOWEL[vowel] + _FINAL[before]
    return made


def _sound(char: str) -> _Sound:
    initial, vowel, final = decompose(char)
    return INITIALS[initial], vowel, FINALS[final]


def _meet(first: _Sound, second: _Sound) -> tuple[_Sound, _Sound]:
    """Change the final of one syllable and the initial of the next as they are spoken together."""
    (initial, vowel, final), (following, next_vowel, next_final) = first, second
    if final and following == "ㅇ":
        final, following = _liaison(final, next_vowel)
    elif final in {"ㅎ", "ㄶ", "ㅀ"} and following in _ASPIRATED:  # article 12.1
        final, following = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}[final], _ASPIRATED[following]
    elif final:
        final, following = _assimilated(_BASE.get(final, final), following)
    return (initial, vowel, final), (following, next_vowel, next_final)


def _liaison(final: str, next_vowel: int) -> tuple[str, str]:
    """A final before a vowel becomes the next initial (articles 12.4, 13, 14, 17)."""
    if final == "ㅇ":
        return "ㅇ", "ㅇ"
    if final == "ㅎ":
        return "", "ㅇ"
    split = _LIAISON.get(final, final)
    stays, moved = (split[0], split[1]) if len(split) == 2 else ("", split)
    if next_vowel == _I:
        moved = _PALATAL.get(moved, moved)
    return stays, moved


def _assimilated(final: str, following: str) -> tuple[str, str]:
    """Two consonants that meet (articles 18 to 20)."""
    if following == "ㄹ":
        if final in {"ㄴ", "ㄹ"}:
            return "ㄹ", "ㄹ"
        following = "ㄴ"
    elif final == "ㄹ" and following == "ㄴ":
        return "ㄹ", "ㄹ"
    if following in {"ㄴ", "ㅁ"}:
        final = _NASAL.get(final, final)
    return final, following
