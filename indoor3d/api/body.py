"""JSON bodies, strictly: what two parsers could read differently is refused (RFC 8259, 4: duplicate names; RFC 7493)."""

import json
import math
import re
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from indoor3d.api.errors import Refused
from indoor3d.api.invalid import refuse_body
from indoor3d.api.settings import MAX_JSON_DEPTH

Model = TypeVar("Model", bound=BaseModel)

# The closing quote is optional and the repetition possessive: linear time, whatever the bytes.
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_MAX_DIGITS = 25


def read(data: bytes, model: type[Model]) -> Model:
    """Read a body as a model.

    Raises
    ------
    Refused
        ``invalid-body``, ``invalid-parameter`` or ``unknown-property``.
    """
    try:
        return model.model_validate(parse(data))
    except ValidationError as error:
        raise refuse_body(error.errors(include_url=False, include_input=False)) from None


def parse(data: bytes) -> dict[str, Any]:
    """Parse one JSON object.

    Raises
    ------
    Refused
        ``invalid-body``: not UTF-8, not JSON, nested deeper than 32, a name twice in an object, NaN or an infinity,
        a number of more than 25 digits, half a surrogate pair, or no object.
    """
    _check_depth(data)
    try:
        text = data.decode()
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_not_finite, parse_float=_number, parse_int=_integer
        )
    except UnicodeDecodeError:
        raise _refuse("The body is not UTF-8.", "본문이 UTF-8이 아닙니다.") from None
    except json.JSONDecodeError as error:
        raise _refuse(
            f"The body is not JSON: line {error.lineno}, column {error.colno}.",
            f"본문이 JSON이 아닙니다. {error.lineno}행 {error.colno}열.",
        ) from None
    if "\\u" in text:
        _check_surrogates(value)
    if not isinstance(value, dict):
        raise _refuse("The body must be one JSON object.", "본문은 JSON 객체 하나여야 합니다.")
    return value


def _check_depth(data: bytes) -> None:
    depth = 0
    for match in _BRACKETS.finditer(data):
        bracket = match[0]
        if bracket in {b"[", b"{"}:
            depth += 1
            if depth > MAX_JSON_DEPTH:
                raise _refuse(f"Nested deeper than {MAX_JSON_DEPTH}.", f"{MAX_JSON_DEPTH}단계보다 깊게 겹쳤습니다.")
        elif bracket in {b"]", b"}"}:
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _refuse("An object has the same name twice.", "한 객체에 같은 이름이 두 번 나옵니다.")
    return members


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _not_finite(text)
    return number


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise _refuse(f"A number has more than {_MAX_DIGITS} digits.", f"{_MAX_DIGITS}자리가 넘는 숫자가 있습니다.")
    return int(text)


def _not_finite(_text: str) -> NoReturn:
    raise _refuse("A number is not finite.", "유한하지 않은 숫자가 있습니다.")


def _check_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _refuse("A string holds half a surrogate pair.", "문자열에 짝 없는 서로게이트가 있습니다.") from None


def _refuse(en: str, ko: str) -> Refused:
    return Refused("invalid-body", en, ko)
