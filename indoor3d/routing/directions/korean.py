"""Korean as it is read aloud: numbers in words, letters by their names, no signs (DIRECTIONS.md §4.2, speech column)."""

import re
import unicodedata

_DIGITS = ("영", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
_UNITS = ("", "십", "백", "천")
_NATIVE = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            "에이",
            "비",
            "씨",
            "디",
            "이",
            "에프",
            "지",
            "에이치",
            "아이",
            "제이",
            "케이",
            "엘",
            "엠",
            "엔",
            "오",
            "피",
            "큐",
            "아르",
            "에스",
            "티",
            "유",
            "브이",
            "더블유",
            "엑스",
            "와이",
            "제트",
        ],
        strict=True,
    )
)
_WORDS = {
    "EV": "엘리베이터",
    "ES": "에스컬레이터",
    "WC": "화장실",
    "WI-FI": "와이파이",
    "WIFI": "와이파이",
    "RF": "옥상",
}
_LATIN = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)?")
_LEVEL = re.compile(r"(?<![A-Za-z0-9])(?:B(\d+)F?|(\d+)F)(?![A-Za-z0-9])")
_NUMBER = re.compile(r"(\d+(?:[-–~·,]\d+)*)(\s*)(번째|개|대|단|걸음|명)?(?=([가-힣])?)")


def sino(number: int) -> str:
    """A whole number below 100 million in Sino-Korean words.

    Examples
    --------
    >>> sino(15), sino(2001), sino(110), sino(0)
    ('십오', '이천일', '백십', '영')
    """
    if number < 10:
        return _DIGITS[number]
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        return (sino(high) if high > 1 else "") + "만" + (sino(low) if low else "")
    words = ""
    for power, unit in reversed(list(enumerate(_UNITS))):
        digit = number // 10**power % 10
        if digit:
            words += ("" if digit == 1 and power else _DIGITS[digit]) + unit
    return words


def native(number: int) -> str:
    """A number before a counter in native words below 100, beyond in Sino-Korean ones.

    Examples
    --------
    >>> native(2), native(9), native(20), native(25)
    ('두', '아홉', '스무', '스물다섯')
    """
    if not 0 < number < 100:
        return sino(number)
    tens, ones = divmod(number, 10)
    return "스무" if number == 20 else _NATIVE_TENS[tens] + _NATIVE[ones]


def aloud(text: str) -> str:
    """Give a name as it is read: no digit, no capital letter, no sign remains.

    Examples
    --------
    >>> aloud("3-1번 출구"), aloud("A 계단"), aloud("종로3가"), aloud("지하 1층"), aloud("2호선 에스컬레이터 3·4호")
    ('삼 다시 일 번 출구', '에이 계단', '종로삼가', '지하 일 층', '이 호선 에스컬레이터 삼 사 호')
    """
    said = unicodedata.normalize("NFC", text)
    said = _LEVEL.sub(lambda m: f"지하 {sino(int(m[1]))} 층" if m[1] else f"{sino(int(m[2]))} 층", said)
    said = _NUMBER.sub(_number, said)
    said = _LATIN.sub(_letters, said)
    said = said.replace("&", " 앤 ")
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s.,?!'’-]", " ", said)).strip()


def _number(match: re.Match[str]) -> str:
    figures, gap, counter, following = match[1], match[2], match[3], match[4]
    if counter:
        read = native(int(figures)) if figures.isdigit() and len(figures) < 3 else _words(figures)
        return f"{read} {counter}"
    inside = "가" <= match.string[match.start() - 1 : match.start()] <= "힣"
    return _words(figures) + (gap if inside or not following else " ")


def _words(figures: str) -> str:
    read = []
    for part in re.split(r"([-–~·,])", figures):
        if part.isdigit():
            read.append(sino(int(part)) if len(part) < 9 else " ".join(_DIGITS[int(d)] for d in part))
        elif part == "-":
            read.append("다시")
        elif part in {"–", "~"}:
            read[-1] += "에서"
    return " ".join(read)


def _letters(match: re.Match[str]) -> str:
    word = match[0]
    if word.upper() in _WORDS:
        return _WORDS[word.upper()]
    parts = word.split("-")
    return " ".join("".join(_LETTERS[c] for c in part) if part.isupper() else part for part in parts)
