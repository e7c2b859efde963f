"""Is the process alive, is the service ready."""

import asyncio
import logging

from fastapi import APIRouter, Request
from starlette.responses import Response

from indoor3d.api.deps import ServicesDep
from indoor3d.api.errors import Refused
from indoor3d.api.openapi import gives
from indoor3d.api.outputs import Health
from indoor3d.api.respond import PRIVATE, Document, answer
from indoor3d.errors import Indoor3dError, StoreUnavailable

router = APIRouter(tags=["Health"])

_log = logging.getLogger("indoor3d.api")
_PATIENCE_S = 3.0
_NOWHERE = (0.0, 0.0, 0.0, 0.0)


@router.get(
    "/livez",
    summary="The process answers · 프로세스 생존",
    description="Asks nobody else: restart the process when this fails.",
    responses=gives(Health, "Alive."),
)
async def live(request: Request) -> Response:
    """Say that the process answers."""
    return answer(request, Document({"status": "ok"}), cache=PRIVATE)


@router.get(
    "/readyz",
    summary="The store can be read · 서비스 준비 상태",
    description="Reads the store. 503 with the cause when it cannot: send no requests here until it can.",
    responses=gives(Health, "Ready."),
)
async def ready(request: Request, services: ServicesDep) -> Response:
    """Say whether questions can be answered: reads the index of the store, in a thread of its own."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await asyncio.to_thread(services.store.venues, _NOWHERE)
    except TimeoutError:
        raise Refused("deadline-exceeded", "The store does not answer.", "저장소가 답하지 않습니다.") from None
    except Indoor3dError:
        raise
    except Exception as error:
        _log.exception("readyz: the store cannot be read")
        raise StoreUnavailable("The store cannot be read.", ko="저장소를 읽을 수 없습니다.") from error
    return answer(request, Document({"status": "ok"}), cache=PRIVATE)
