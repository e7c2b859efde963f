"""From what pydantic found wrong to what a client is told: bilingual, with a place, and without repeating the input."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from indoor3d.api.errors import Flaw, Refused, cut

_MAX_FLAWS = 20

_TEXTS: dict[str, tuple[str, str]] = {
    "string_pattern_mismatch": ("does not have the right form", "형식에 맞지 않습니다"),
    "missing": ("is required", "값이 필요합니다"),
    "extra_forbidden": ("is not a member of this object", "이 객체에 없는 항목입니다"),
    "number": ("must be a number", "숫자여야 합니다"),
    "integer": ("must be an integer", "정수여야 합니다"),
    "boolean": ("must be true or false", "true 또는 false여야 합니다"),
    "flag": ("must be true or false", "true 또는 false여야 합니다"),
    "level": (
        "must be a level id, a short name (B1) or an ordinal (-1)",
        "층 id, 짧은 이름(B1) 또는 순번(-1)이어야 합니다",
    ),
    "bbox": (
        "must be 4 or 6 numbers: west,south[,low],east,north[,high]",
        "서,남[,아래],동,북[,위] 순서의 숫자 4개 또는 6개여야 합니다",
    ),
    "category": ("is not a list of known categories", "아는 분류의 목록이 아닙니다"),
    "waypoint": (
        "must have either lon and lat, or ref, or x and y",
        "lon과 lat, 또는 ref, 또는 x와 y 가운데 하나여야 합니다",
    ),
    "finite_number": ("must be a finite number", "유한한 숫자여야 합니다"),
    "greater_than_equal": ("must be at least {ge}", "{ge} 이상이어야 합니다"),
    "greater_than": ("must be more than {gt}", "{gt}보다 커야 합니다"),
    "less_than_equal": ("must be at most {le}", "{le} 이하여야 합니다"),
    "too_short": ("needs at least {min_length}", "{min_length}개 이상이어야 합니다"),
    "too_long": ("may have at most {max_length}", "{max_length}개까지입니다"),
    "string_too_short": ("must not be empty", "비어 있으면 안 됩니다"),
    "string_too_long": ("may have {max_length} characters", "{max_length}자까지입니다"),
    "string_type": ("must be a string", "문자열이어야 합니다"),
    "literal_error": ("must be one of: {expected}", "다음 가운데 하나여야 합니다: {expected}"),
    "list_type": ("must be an array", "배열이어야 합니다"),
    "tuple_type": ("must be an array", "배열이어야 합니다"),
    "model_type": ("must be an object", "객체여야 합니다"),
    "model_attributes_type": ("must be an object", "객체여야 합니다"),
    "dict_type": ("must be an object", "객체여야 합니다"),
}
_SAME = {
    "float_parsing": "number",
    "float_type": "number",
    "int_parsing": "integer",
    "int_parsing_size": "integer",
    "int_from_float": "integer",
    "int_type": "integer",
    "bool_parsing": "boolean",
    "bool_type": "boolean",
    "enum": "literal_error",
    "union_tag_invalid": "waypoint",
    "union_tag_not_found": "waypoint",
}
_OTHERWISE = ("is not valid", "올바르지 않습니다")
_SWAPPED = (" Are lon and lat swapped?", " lon과 lat이 바뀌었나요?")

Finding = Mapping[str, Any]
"""One entry of ``ValidationError.errors()``."""


def refuse_query(findings: Iterable[Finding]) -> Refused:
    """Refuse a request for its query parameters."""

    def flaw(finding: Finding) -> Flaw:
        name = str(finding["loc"][-1])
        return Flaw(code=_code(finding), parameter=name, message=_message(name, finding))

    return _refuse(findings, flaw)


def refuse_body(findings: Iterable[Finding]) -> Refused:
    """Refuse a request for its body; places are JSON pointers (RFC 6901)."""

    def flaw(finding: Finding) -> Flaw:
        loc = [part for part in finding["loc"] if part not in _TAGS]
        pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in loc)
        return Flaw(code=_code(finding), pointer=pointer, message=_message(str(loc[-1]) if loc else "body", finding))

    return _refuse(findings, flaw)


_TAGS = frozenset({"by-position", "by-ref", "by-site"})
"""What pydantic puts into a place for a branch of a union: no part of the document."""


def _refuse(findings: Iterable[Finding], flaw: Callable[[Finding], Flaw]) -> Refused:
    chosen = list(findings)[:_MAX_FLAWS]
    flaws = list({(f.pointer, f.parameter): f for f in map(flaw, chosen)}.values())
    only_extra = all(f["type"] == "extra_forbidden" for f in chosen)
    code = "unknown-property" if only_extra else "invalid-parameter"
    return Refused(code, _joined(flaws, "en"), _joined(flaws, "ko"), flaws=flaws)


def _joined(flaws: Sequence[Flaw], lang: str) -> str:
    shown = [flaw.message[lang] for flaw in flaws[:3]]
    return " ".join(shown) + (" …" if len(flaws) > len(shown) else "")


def _kind(finding: Finding) -> str:
    kind = str(finding["type"])
    return _SAME.get(kind, kind)


def _code(finding: Finding) -> str:
    return _kind(finding).replace("_", "-")


def _message(name: str, finding: Finding) -> dict[str, str]:
    kind = _kind(finding)
    english, korean = _TEXTS.get(kind, _OTHERWISE)
    context = {key: _shown(value) for key, value in finding.get("ctx", {}).items()}
    swapped = name == "lat" and kind in {"less_than_equal", "greater_than_equal"}
    shown, (hint_en, hint_ko) = cut(name), _SWAPPED if swapped else ("", "")
    return {
        "en": f"{shown} {english.format(**context)}.{hint_en}",
        "ko": f"{shown}: {korean.format(**context)}.{hint_ko}",
    }


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
