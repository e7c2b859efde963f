"""What spaces are called in models, in English, Korean and German, as the terms of the vocabulary."""

import re

from indoor3d.models.vocabulary import ConnectorCategory, SpaceCategory

_C, _T = SpaceCategory, ConnectorCategory
_LIFT = r"lift ?shaft|elevator|\blifts?\b|\be/?v[ ._-]?\d*(?![^\W_])(?!.*(charg|충전))|\bele?v\b|aufzug|fahrstuhl|승강로|승강기|엘리베이터"
_WORDS: tuple[tuple[str, SpaceCategory], ...] = (
    (
        r"(accessible|disabled|handicapped|barrier.?free)\s.*(wc|toilet|rest ?room|bath)|장애인.*화장실|(behinderten|rollstuhl).*wc",
        _C.RESTROOM_ACCESSIBLE,
    ),
    (r"nursing room|lactation|baby (care|feeding)|수유실|stillraum|wickelraum", _C.NURSING_ROOM),
    (
        rf"({_LIFT}).*(machine|control|equipment|maschinen|기계)|\broof\b.*(plant|mechanical|machine)|옥상.*기계",
        _C.TECHNICAL,
    ),
    (rf"({_LIFT}).*(lobby|hall|vestibule|foyer|corridor|vorraum|홀|로비|전실|복도)|vorraum.*aufzug", _C.LOBBY),
    (r"stair ?hall|stair ?(well|case)|stairs?\b|treppenhaus|treppe(nraum)?\b|계단", _C.STAIRWELL),
    (rf"{_LIFT}", _C.LIFT_SHAFT),
    (r"\b(rail ?)?tracks?\b|track ?bed|gleis\w*|선로", _C.TRACK),
    (r"\broof\b|dachfläche|dachflaeche|\bdach\b|지붕|옥상", _C.ROOF),
    (
        r"\b(balcony|terrace|patio|garden|courtyard|yard|outdoors?|exterior|outside|loggia|veranda)\b|balkon|terrasse|(?<!winter)(?<!kinder)garten|\b(innen|hinter|vor|licht)?hof\b|freisitz|발코니|테라스|마당|정원|옥외|실외",
        _C.OUTDOOR,
    ),
    (r"platform|bahnsteig|승강장", _C.PLATFORM),
    (r"concourse|대합실|bahnhofshalle", _C.CONCOURSE),
    (
        r"\bwc\b|wc-|toilets?|rest ?room|wash ?room|lavator|bath ?rooms?|\bbad\b|\bbad/|sanitär|sanitaer|화장실|욕실",
        _C.RESTROOM,
    ),
    (r"lobby|foyer|vestibule|entrance|reception|eingang|empfang|windfang|diele|로비|현관|안내실", _C.LOBBY),
    (r"corridor|hall ?way|\bhall\b|\bflur\b|flur-|korridor|\bgang\b|복도|홀\b", _C.CORRIDOR),
    (r"passage|underpass|durchgang|unterführung|지하보도|연결통로|통로", _C.PASSAGE),
    (r"parking|car ?park|\bgarage|tiefgarage|stellplatz|주차", _C.PARKING),
    (r"office|büro|buero|사무실|역무실|konferenz|besprechung|meeting|회의실", _C.OFFICE),
    (r"\bshops?\b|retail|\bstore\b|laden\b|verkauf|상점|매장|점포|매점", _C.SHOP),
    (
        r"mechanical|electrical|technical|plant ?room|utility|boiler|server|switch ?gear|technik|heizung|hausanschluss|elektro|기계실|전기실|통신실|기술실|설비",
        _C.TECHNICAL,
    ),
    (
        r"room\b|zimmer|raum\b|raum-|wohnen|küche|kueche|kitchen|living|dining|schlafen|galerie|gallery|studio|class|lab\b|거실|침실|주방|교실|방\b",
        _C.ROOM,
    ),
)
_CATEGORIES = tuple((re.compile(pattern, re.IGNORECASE), category) for pattern, category in _WORDS)
_VOIDS = (
    (re.compile(r"plenum|ceiling void|hohlraum|천장 ?속", re.IGNORECASE), "plenum"),
    (re.compile(r"shaft|\bduct\b|riser\b|schacht|\b(eps|tps|ps|ad)\b|샤프트|덕트", re.IGNORECASE), "shaft"),
    (re.compile(r"\bvoid\b|luftraum|open to below|보이드", re.IGNORECASE), "void"),
    (re.compile(r"gross (floor )?area|\bgfa\b|bruttogrundfläche|\bbgf\b|연면적", re.IGNORECASE), "gross area"),
)
_EXCLUDED = {
    SpaceCategory.TRACK: "track",
    SpaceCategory.ROOF: "roof",
    SpaceCategory.OUTDOOR: "outdoor area",
    SpaceCategory.LIFT_SHAFT: "lift shaft",
}


def category_of(*names: str) -> SpaceCategory:
    """The category that the first telling name stands for.

    Examples
    --------
    >>> str(category_of("B204", "Bathroom 2")), str(category_of("FLUR-3-4")), str(category_of("환승 통로"))
    ('restroom', 'corridor', 'passage')
    """
    for name in names:
        for pattern, category in _CATEGORIES:
            if pattern.search(name):
                return category
    return SpaceCategory.UNSPECIFIED


def reason_not_walkable(category: SpaceCategory, *names: str) -> str:
    """Why nobody walks in a space of this category and these names; empty when people do."""
    if category in _EXCLUDED:
        return _EXCLUDED[category]
    if category in {SpaceCategory.UNSPECIFIED, SpaceCategory.TECHNICAL}:
        for pattern, reason in _VOIDS:
            if any(pattern.search(name) for name in names):
                return reason
    return ""


_TRANSPORT = (
    (
        re.compile(r"moving ?walk|travell?ator|fahrsteig|rollsteig|무빙 ?워크|수평 ?보행기", re.IGNORECASE),
        _T.MOVING_WALK,
    ),
    (re.compile(r"escalator|rolltreppe|fahrtreppe|에스컬레이터", re.IGNORECASE), _T.ESCALATOR),
    (re.compile(_LIFT, re.IGNORECASE), _T.LIFT),
)


def transport_of(*names: str) -> ConnectorCategory | None:
    """What a transport element is by its names, where it does not say so itself.

    Examples
    --------
    >>> str(transport_of("", "Elevator-Passenger 1")), transport_of("Crane")
    ('lift', None)
    """
    return next((category for name in names for pattern, category in _TRANSPORT if pattern.search(name)), None)
