"""Problems as clients see them: RFC 9457, in Korean and English, from one table.

An error of :mod:`indoor3d.errors` gets its status from :data:`STATUS`; what only HTTP can get wrong is
:class:`Refused`, with its codes in :data:`KINDS`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from starlette.responses import Response

from indoor3d import errors
from indoor3d.errors import Indoor3dError

Both = Mapping[str, str]
"""One text in ``en`` and ``ko``."""

_LONGEST_ECHO = 64
_LONGEST_DETAIL = 600
_RESERVED = frozenset({"type", "title", "status", "detail", "instance", "code", "request_id", "errors", "hint"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One row of the table of problems."""

    status: int
    title: Both
    hint: Both


def _kind(status: int, en: str, ko: str, hint_en: str = "", hint_ko: str = "") -> Kind:
    return Kind(status=status, title={"en": en, "ko": ko}, hint={"en": hint_en, "ko": hint_ko})


KINDS: dict[str, Kind] = {
    "unknown-parameter": _kind(
        400,
        "Unknown query parameter",
        "모르는 질의 매개변수입니다",
        "The reference at /v1/docs lists the parameters.",
        "매개변수는 /v1/docs에 있습니다.",
    ),
    "repeated-parameter": _kind(
        400,
        "Repeated query parameter",
        "질의 매개변수가 되풀이되었습니다",
        "Give each parameter once; separate several values by commas.",
        "매개변수는 한 번만, 값이 여럿이면 쉼표로 나누어 주세요.",
    ),
    "invalid-url": _kind(
        400,
        "Malformed address",
        "주소 형식이 잘못되었습니다",
        "Percent-encode UTF-8; control characters are not allowed.",
        "UTF-8을 퍼센트 인코딩하세요. 제어 문자는 쓸 수 없습니다.",
    ),
    "invalid-body": _kind(
        400,
        "Malformed body",
        "본문 형식이 잘못되었습니다",
        "Send one JSON object, UTF-8, as documented at /v1/docs.",
        "/v1/docs에 적힌 대로 UTF-8 JSON 객체 하나를 보내세요.",
    ),
    "unknown-property": _kind(
        400,
        "Unknown member in the body",
        "본문에 모르는 항목이 있습니다",
        "Remove the member, or check its spelling.",
        "그 항목을 지우거나 철자를 확인하세요.",
    ),
    "level-needed": _kind(
        400,
        "The level is needed",
        "층이 필요합니다",
        "Give the level; the levels at this position are listed.",
        "층을 주세요. 이 위치에 있는 층을 함께 적었습니다.",
    ),
    "unauthorized": _kind(
        401,
        "An operator key is needed",
        "운영자 키가 필요합니다",
        "Send it as Authorization: Bearer <key>; the operator of this service gives keys out.",
        "Authorization: Bearer <키>로 보내세요. 키는 이 서비스의 운영자가 발급합니다.",
    ),
    "forbidden": _kind(403, "Not allowed with this key", "이 키로는 할 수 없습니다"),
    "operator-keys-missing": _kind(
        403,
        "The service has no operator keys",
        "운영자 키가 없는 서비스입니다",
        "Start it with operator keys (docs/guides/live.md), or use the indoor3d close command.",
        "운영자 키를 주어 시작하거나(docs/guides/live.md) indoor3d close 명령을 쓰세요.",
    ),
    "method-not-allowed": _kind(
        405, "Method not allowed", "허용되지 않는 메서드입니다", "See the Allow header.", "Allow 헤더를 보세요."
    ),
    "not-acceptable": _kind(
        406,
        "No such representation",
        "그 형식으로는 드릴 수 없습니다",
        "Ask for application/json, application/geo+json or */*.",
        "application/json, application/geo+json 또는 */*를 요청하세요.",
    ),
    "request-timeout": _kind(408, "The request took too long to arrive", "요청이 제때 도착하지 않았습니다"),
    "revision-changed": _kind(
        412,
        "Changed by somebody else",
        "다른 사람이 먼저 바꾸었습니다",
        "Read it again, look at what changed, and send your change with the new ETag.",
        "다시 읽어 바뀐 것을 확인하고 새 ETag로 보내세요.",
    ),
    "body-too-large": _kind(
        413, "Body too large", "본문이 너무 큽니다", "Send fewer waypoints or starts.", "경유지나 출발점을 줄이세요."
    ),
    "url-too-long": _kind(414, "Address too long", "주소가 너무 깁니다", "Shorten the query.", "질의를 줄이세요."),
    "unsupported-media-type": _kind(
        415,
        "Unsupported media type",
        "지원하지 않는 형식입니다",
        "Send application/json in UTF-8 without Content-Encoding.",
        "Content-Encoding 없이 UTF-8 application/json으로 보내세요.",
    ),
    "range-not-satisfiable": _kind(416, "No such range", "그 범위는 없습니다"),
    "key-reused": _kind(
        422,
        "Idempotency-Key used before",
        "이미 쓰인 Idempotency-Key입니다",
        "Make up a new key for a new request.",
        "새 요청에는 새 키를 쓰세요.",
    ),
    "revision-needed": _kind(
        428,
        "The revision is needed",
        "판 번호가 필요합니다",
        "Send If-Match with the ETag of what you saw.",
        "확인한 것의 ETag를 If-Match로 보내세요.",
    ),
    "result-not-ready": _kind(
        404,
        "No results yet",
        "아직 결과가 없습니다",
        "Ask for the job until its status is successful, or listen to its events.",
        "작업 상태가 successful이 될 때까지 확인하거나 events를 받으세요.",
    ),
    "plan-too-large": _kind(
        422,
        "The plan needs too much memory",
        "계획에 메모리가 너무 많이 필요합니다",
        "Make it smaller: a longer step, fewer runs, one venue instead of a district.",
        "간격을 늘리거나 반복을 줄이거나 장소를 나누세요.",
    ),
    "too-many-jobs": _kind(
        429,
        "Too many jobs at once",
        "작업이 너무 많습니다",
        "Try again after Retry-After, or dismiss a job of yours.",
        "Retry-After 뒤에 다시 시도하거나 작업을 취소하세요.",
    ),
    "too-many-listeners": _kind(
        429,
        "Too many listeners",
        "듣는 연결이 너무 많습니다",
        "Close a connection, or ask for the state now and then instead.",
        "연결을 닫거나 상태를 주기적으로 조회하세요.",
    ),
    "headers-too-large": _kind(
        431,
        "Header fields too large",
        "헤더가 너무 큽니다",
        "Send fewer or shorter header fields and cookies.",
        "헤더나 쿠키를 줄이세요.",
    ),
    "internal-error": _kind(
        500,
        "Internal error",
        "내부 오류입니다",
        "Report the request_id to the operator.",
        "request_id를 운영자에게 알려 주세요.",
    ),
    "plan-failed": _kind(
        500,
        "The plan failed",
        "계획을 만들지 못했습니다",
        "Report the id of the job to the operator.",
        "작업 id를 운영자에게 알려 주세요.",
    ),
    "overloaded": _kind(
        503,
        "Too much work at once",
        "요청이 몰려 있습니다",
        "Try again after Retry-After.",
        "Retry-After 뒤에 다시 시도하세요.",
    ),
    "plan-too-long": _kind(
        504,
        "The plan took too long",
        "계획이 너무 오래 걸렸습니다",
        "Make it smaller: a longer step, fewer runs, one venue instead of a district.",
        "간격을 늘리거나 반복을 줄이거나 장소를 나누세요.",
    ),
    "deadline-exceeded": _kind(
        504,
        "The computation took too long",
        "계산이 너무 오래 걸립니다",
        "Ask for less at once: fewer starts or waypoints.",
        "출발점이나 경유지를 줄여 요청하세요.",
    ),
}
"""Codes that only HTTP knows. Released codes never change."""

STATUS: tuple[tuple[type[Indoor3dError], int], ...] = (
    (errors.NotFound, 404),
    (errors.InvalidInput, 400),
    (errors.RoutingError, 422),
    (errors.StoreUnavailable, 503),
    (Indoor3dError, 500),
)
"""Status by error class; the first that fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is wrong with a request: where (``parameter`` name or JSON ``pointer``), and what."""

    code: str
    message: Both
    parameter: str | None = None
    pointer: str | None = None

    def as_dict(self, lang: str) -> dict[str, str]:
        """Members for JSON."""
        place = {"parameter": self.parameter, "pointer": self.pointer}
        members = {name: cut(value) for name, value in place.items() if value is not None}
        return members | {"code": self.code, "message": self.message[lang]}


class Refused(Indoor3dError):
    """A request that HTTP itself is reason enough to refuse.

    Parameters
    ----------
    code : str
        A key of :data:`KINDS`, or ``not-found`` or ``invalid-parameter``.
    detail, ko : str
        What is wrong with this request, in English and in Korean.
    flaws : sequence of Flaw
    headers : mapping
        Header fields the answer needs (``Allow``, ``Retry-After``).
    """

    def __init__(
        self,
        code: str,
        detail: str,
        ko: str,
        *,
        flaws: Sequence[Flaw] = (),
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> None:
        super().__init__(detail, ko=ko, **context)
        self.code = code  # type: ignore[misc]  # one class for all HTTP refusals: the code is the instance's
        self.flaws = tuple(flaws)
        self.headers = dict(headers or {})


def cut(text: str) -> str:
    """Shorten what a client sent, for showing it back."""
    return text if len(text) <= _LONGEST_ECHO else text[: _LONGEST_ECHO - 1] + "…"


def _tree(base: type[Indoor3dError]) -> Iterator[type[Indoor3dError]]:
    yield base
    for child in base.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child)


@cache
def table() -> Mapping[str, Kind]:
    """Give every code that an answer can carry."""
    classes = {c.code: Kind(status=_class_status(c), title=c.title, hint=c.hint) for c in _tree(Indoor3dError)}
    served = {code: kind for code, kind in classes.items() if code not in {"error", "source-error"}}
    return dict(sorted({**served, **KINDS}.items()))


def _class_status(error: type[Indoor3dError]) -> int:
    return next(status for base, status in STATUS if issubclass(error, base))


def status_of(error: Indoor3dError) -> int:
    """HTTP status of an error."""
    return table()[error.code].status if isinstance(error, Refused) else _class_status(type(error))


def describe(error: Indoor3dError, *, lang: str) -> dict[str, Any]:
    """Give what an error says about itself: code, title, detail, hint and its context, in one language.

    What went wrong inside the server (5xx) keeps its detail and context to the log: they may hold paths.
    """
    kind = table().get(error.code) or table()["internal-error"]
    members: dict[str, Any] = {"code": error.code, "title": kind.title[lang]}
    if kind.status < 500 or isinstance(error, Refused):
        members["detail"] = error.detail[lang][:_LONGEST_DETAIL]
        members |= {name: value for name, value in error.context.items() if name not in _RESERVED}
    if kind.hint[lang]:
        members["hint"] = kind.hint[lang]
    return members


def problem_object(error: Indoor3dError, *, lang: str, public_url: str = "", request_id: str) -> dict[str, Any]:
    """Give the problem (RFC 9457) as a plain object; the command line prints the same one."""
    members = describe(error, lang=lang)
    body = {
        "type": f"{public_url}/v1/problems/{error.code}",
        "title": members.pop("title"),
        "status": status_of(error),
        "instance": f"urn:uuid:{request_id}",
        "request_id": request_id,
        **members,
    }
    if isinstance(error, Refused) and error.flaws:
        body["errors"] = [flaw.as_dict(lang) for flaw in error.flaws]
    return body


def problem(error: Indoor3dError, *, lang: str, public_url: str, request_id: str) -> Response:
    """Answer with a problem (RFC 9457)."""
    body = problem_object(error, lang=lang, public_url=public_url, request_id=request_id)
    headers = {"Content-Language": lang, "Cache-Control": "no-store", "Vary": "Accept-Language"}
    if body["status"] == 503:
        headers["Retry-After"] = "2"
    if isinstance(error, Refused):
        headers |= error.headers
    data = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS, default=str)
    return Response(data, status_code=body["status"], media_type="application/problem+json", headers=headers)
