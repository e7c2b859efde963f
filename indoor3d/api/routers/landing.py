"""What this service is: landing page, OpenAPI, reference, codes of problems."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from indoor3d import __version__
from indoor3d.api.deps import CodePath, ServicesDep
from indoor3d.api.errors import Kind, Refused, cut, table
from indoor3d.api.openapi import gives
from indoor3d.api.outputs import Landing, ProblemType, ProblemTypes
from indoor3d.api.reference import policy
from indoor3d.api.respond import OPENAPI, Document, answer

router = APIRouter(prefix="/v1", tags=["About"])

_TEXT = {
    "ko": "3D 실내공간정보 공개 API: 장소, 층, 시설, 3차원 타일, 길찾기, 대피 경로",
    "en": "Open 3D indoor spatial information: venues, levels, facilities, 3D Tiles, routes, escape plans",
}


@router.get("", summary="Landing page · 시작", description="Where to go from here.", responses=gives(Landing, "Links."))
async def landing(request: Request, services: ServicesDep) -> Response:
    """Show the links."""
    content = {"title": "indoor3d", "description": _TEXT, "version": __version__, "links": services.links.landing()}
    return answer(request, Document(content))


@router.get(
    "/openapi.json",
    summary="This description · API 명세",
    description="OpenAPI 3.1.",
    responses=gives(None, "The document.", media_type=OPENAPI),
)
async def openapi(request: Request) -> Response:
    """Give the OpenAPI document."""
    document: Document = request.app.state.openapi
    return answer(request, document)


@router.get(
    "/docs",
    summary="Reference · 참조 문서",
    description="The same as a page.",
    responses=gives(None, "The page.", media_type="text/html"),
    response_class=HTMLResponse,
)
async def reference(request: Request) -> Response:
    """Give the reference as a page."""
    document: Document = request.app.state.reference
    return answer(request, document, headers={"Content-Security-Policy": policy()})


@router.get(
    "/problems",
    summary="All codes of problems · 오류 코드 목록",
    description="Codes never change once released.",
    responses=gives(ProblemTypes, "All codes."),
)
async def problems(request: Request) -> Response:
    """List the codes."""
    return answer(request, Document({"problems": [_problem(code, kind) for code, kind in table().items()]}))


@router.get(
    "/problems/{code}",
    summary="What a code means · 오류 코드의 뜻",
    description="The `type` of every problem leads here.",
    responses=gives(ProblemType, "Meaning of the code.", problems=[404]),
)
async def problem(code: CodePath, request: Request) -> Response:
    """Explain a code."""
    kind = table().get(code)
    if kind is None:
        raise Refused("not-found", f"There is no code {cut(code)!r}.", f"{cut(code)!r} 코드는 없습니다.")
    return answer(request, Document(_problem(code, kind)))


def _problem(code: str, kind: Kind) -> dict[str, object]:
    return {"code": code, "status": kind.status, "title": kind.title, "hint": kind.hint}
