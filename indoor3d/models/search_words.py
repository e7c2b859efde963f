"""What people call things: synonyms of the categories, words that say nothing, short forms. Data for :mod:`~indoor3d.models.search`.

Every term of the vocabulary is findable by its labels; here is what else people type. Source: signs and passenger pages of
the pilot venues, the tag names of OpenStreetMap, and the two labels themselves.
"""

from collections.abc import Iterator, Mapping
from functools import cache

from indoor3d.models.hangul import words
from indoor3d.models.vocabulary import (
    LABELS,
    ConnectorCategory,
    FacilityCategory,
    OpeningCategory,
    SpaceCategory,
)

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "restroom": (
        *("toilet", "restroom", "rest room", "washroom", "bathroom", "lavatory", "loo", "wc", "w.c.", "public toilet"),
        *("화장실", "변소", "해우소", "뒷간", "공중화장실"),
    ),
    "restroom_accessible": (
        *("accessible toilet", "accessible restroom", "accessible washroom", "accessible bathroom", "accessible wc"),
        *("disabled toilet", "disabled restroom", "handicapped toilet", "wheelchair toilet", "wheelchair restroom"),
        *("wheelchair accessible toilet", "wheelchair accessible restroom", "barrier free toilet", "step free toilet"),
        *("장애인 화장실", "장애인용 화장실", "다목적 화장실", "휠체어 화장실", "배리어프리 화장실"),
    ),
    "restroom_family": (
        *("family toilet", "family restroom", "parent toilet", "가족 화장실", "유아 화장실", "어린이 화장실"),
        *("아기 화장실",),
    ),
    "nursing_room": (
        *("nursing room", "baby room", "breastfeeding", "breastfeeding room", "feeding room", "mothers room"),
        *("baby care", "diaper change", "수유실", "유아휴게실", "아기방", "모유수유실", "기저귀 교환대", "기저귀"),
    ),
    "lift": ("lift", "elevator", "ev", "elev", "엘리베이터", "엘레베이터", "엘베", "엘리베이타", "승강기"),
    "escalator": ("escalator", "moving stairs", "es", "에스컬레이터", "에스컬레이타", "에스컬", "에스컬레터"),
    "moving_walk": ("moving walk", "moving walkway", "travelator", "travolator", "무빙워크", "수평보행기"),
    "stairs": ("stairs", "stair", "staircase", "stairway", "steps", "계단", "층계"),
    "ramp": ("ramp", "slope", "경사로", "비탈길"),
    "stair_lift": ("stair lift", "wheelchair lift", "wheelchair platform", "휠체어리프트", "휠체어 리프트", "리프트"),
    "wheelchair_lift": ("wheelchair lift", "platform lift", "휠체어리프트", "휠체어 리프트", "리프트"),
    "exit": ("exit", "way out", "entrance", "entry", "출구", "나가는 곳", "출입구", "입구"),
    "entrance": ("entrance", "door to the street", "출입구", "입구"),
    "emergency_exit": ("emergency exit", "fire exit", "비상구", "비상 출구"),
    "aed": (
        *("aed", "defibrillator", "automated external defibrillator", "자동심장충격기", "심장충격기"),
        *("제세동기", "자동제세동기", "심장제세동기", "에이이디"),
    ),
    "fire_hydrant": ("fire hydrant", "hydrant", "소화전", "옥내소화전"),
    "fire_extinguisher": ("fire extinguisher", "extinguisher", "소화기"),
    "emergency_light": ("emergency light", "비상조명등", "비상등"),
    "emergency_phone": ("emergency phone", "emergency telephone", "help point", "sos", "비상전화", "비상 인터폰"),
    "refuge": ("refuge", "area of refuge", "safe area", "피난 대기 공간", "대피공간", "임시 대피공간", "대피소"),
    "ticket_machine": (
        *("ticket machine", "ticket vending machine", "ticket", "tickets", "buy ticket", "tvm", "top up", "recharge"),
        *(
            "교통카드 발매기",
            "승차권 발매기",
            "발매기",
            "무인발매기",
            "표 사는 곳",
            "매표소",
            "교통카드 충전",
            "충전기",
        ),
    ),
    "gate": ("fare gate", "ticket gate", "gate", "turnstile", "개찰구", "게이트", "개표구", "표 찍는 곳"),
    "screen_door": ("platform screen door", "screen door", "psd", "승강장 안전문", "스크린도어", "안전문"),
    "locker": (
        "locker",
        "coin locker",
        "luggage locker",
        "luggage",
        "left luggage",
        "물품보관함",
        "라커",
        "락커",
        "사물함",
    ),
    "information": (
        *(
            "information",
            "info",
            "information desk",
            "help desk",
            "tourist information",
            "visitor centre",
            "visitor center",
        ),
        *("안내소", "안내", "안내 데스크", "인포", "인포메이션", "관광안내소", "고객안내소", "종합안내소"),
    ),
    "reception": ("reception", "front desk", "안내 데스크", "접수", "데스크"),
    "service_office": (
        *("service office", "station office", "customer service", "staff office", "고객안전실", "역무실", "고객센터"),
        *("고객안내센터", "고객안내실", "역무원"),
    ),
    "lost_property": (
        "lost property",
        "lost and found",
        "lost & found",
        "유실물센터",
        "유실물",
        "분실물",
        "분실물센터",
    ),
    "certificate_kiosk": (
        *("certificate kiosk", "unmanned certificate kiosk", "civil kiosk", "kiosk", "무인민원발급기", "민원발급기"),
        *("무인민원", "등본", "증명서 발급기", "키오스크"),
    ),
    "wifi": ("wifi", "wi-fi", "wi fi", "internet", "와이파이", "무선인터넷", "공공와이파이"),
    "seating": ("seat", "seats", "seating", "bench", "chair", "의자", "벤치", "좌석", "쉬는 곳"),
    "drinking_water": (
        "drinking water",
        "water",
        "water fountain",
        "drinking fountain",
        "음수대",
        "정수기",
        "식수",
        "물",
    ),
    "tactile_map": ("tactile map", "braille map", "braille", "촉지도", "점자 안내도", "점자 안내판", "점자"),
    "cultural": ("sight", "sights", "culture", "landmark", "볼거리", "문화 볼거리", "명소", "관광지"),
    "platform": ("platform", "track side", "승강장", "플랫폼", "타는 곳"),
    "concourse": ("concourse", "대합실", "맞이방"),
    "shop": ("shop", "store", "convenience store", "kiosk shop", "상점", "가게", "매점", "편의점"),
    "cafe": ("cafe", "café", "coffee", "coffee shop", "카페", "커피", "커피숍"),
    "parking": ("parking", "car park", "parking lot", "주차장", "주차"),
    "reading_room": ("reading room", "열람실"),
    "exhibition": ("exhibition", "exhibition room", "gallery", "전시실", "전시장", "갤러리"),
    "auditorium": ("auditorium", "hall", "강당", "공연장"),
    "roof_garden": ("roof garden", "rooftop", "옥상 정원", "옥상정원", "옥상"),
}
"""By value of the category. An entry stands for the category wherever it is: a facility, a space or a connector."""

ALSO: Mapping[str, tuple[str, ...]] = {
    "restroom": ("restroom_accessible", "restroom_family"),
    "lift": ("wheelchair_lift",),
    "exit": ("entrance",),
    "information": ("reception", "service_office"),
    "stairs": ("stairwell",),
}
"""Who looks for the one is helped by the others too, but less."""

IDLE = frozenset(
    (
        *(
            "the",
            "a",
            "an",
            "in",
            "at",
            "on",
            "to",
            "of",
            "near",
            "nearest",
            "nearby",
            "closest",
            "close",
            "next",
            "where",
        ),
        *("is", "are", "find", "show", "me", "any", "around", "here", "go", "how", "get", "from", "please"),
        *(
            "가까운",
            "가장",
            "제일",
            "근처",
            "근처에",
            "주변",
            "어디",
            "어디에",
            "어디야",
            "어디예요",
            "있는",
            "있어",
            "있나요",
        ),
        *("찾기", "찾아줘", "위치", "가는", "길", "가는길", "이"),
    )
)
"""Words of a question that name nothing. Dropped only while something else is left."""

ACCESSIBLE = frozenset(
    {"accessible", "stepfree", "wheelchair", "barrierfree", "장애인", "장애인용", "휠체어", "배리어프리"}
)
"""Words that ask for what is known to be accessible."""

SHORT: Mapping[str, str] = {
    **dict.fromkeys(("stn", "sta", "stat", "st'n", "stations"), "station"),
    **dict.fromkeys(("term", "trml"), "terminal"),
    **dict.fromkeys(("bldg", "bld"), "building"),
    **dict.fromkeys(("center", "ctr", "cntr"), "centre"),
    **dict.fromkeys(("theater",), "theatre"),
    **dict.fromkeys(("plz",), "plaza"),
    **dict.fromkeys(("univ",), "university"),
    **dict.fromkeys(("lib",), "library"),
    **dict.fromkeys(("mus",), "museum"),
    **dict.fromkeys(("elevator", "elevators", "lifts"), "lift"),
    **dict.fromkeys(("toilets", "restroom", "restrooms", "washroom", "washrooms"), "toilet"),
}
"""Latin words that are one word, in names and in questions."""


def one_word(word: str) -> str:
    """Give the word that stands for all its spellings.

    Examples
    --------
    >>> one_word("stn"), one_word("elevators"), one_word("화장실")
    ('station', 'lift', '화장실')
    """
    return SHORT.get(word, word)


def category_words() -> Iterator[tuple[str, str]]:
    """Every (category, text) people may type for it: labels first, then synonyms."""
    for kind in (FacilityCategory, SpaceCategory, ConnectorCategory, OpeningCategory):
        for term in kind:
            if term not in {SpaceCategory.UNSPECIFIED, OpeningCategory.VIRTUAL}:
                for text in LABELS[term]:
                    yield str(term), text
    for code, texts in SYNONYMS.items():
        for text in texts:
            yield code, text


@cache
def categories_of() -> Mapping[str, tuple[str, ...]]:
    """Categories by what people type, folded and squeezed; the best-known first.

    Examples
    --------
    >>> categories_of()["장애인화장실"], categories_of()["washroom"]
    (('restroom_accessible',), ('restroom',))
    """
    found: dict[str, list[str]] = {}
    for term, text in category_words():
        for key in {"".join(words(text)), "".join(map(one_word, words(text)))}:
            terms = found.setdefault(key, [])
            if term not in terms:
                terms.append(term)
    return {key: tuple(terms) for key, terms in found.items()}


def named_categories(text: str) -> tuple[str, ...]:
    """Categories that a question asks for: all of it, or what is left without idle words; else none.

    Examples
    --------
    >>> named_categories("nearest toilet"), named_categories("가까운 엘베"), named_categories("시청역")
    (('restroom',), ('lift',), ())
    """
    asked = words(text)
    known = categories_of()
    for chosen in (asked, tuple(word for word in asked if word not in IDLE)):
        for key in ("".join(chosen), "".join(map(one_word, chosen)), "".join(chosen).removesuffix("s")):
            if key in known:
                return known[key]
    return ()
