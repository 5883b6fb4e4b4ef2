"""Which part of the local stack answers a request: a function by its path, or the gate before the storage."""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from battery_service.http.cors import EXPOSED_HEADERS
from battery_service.settings import Settings

from local.application import GatewayApplication, Limits
from local.asgi import Receive, Send
from local.authorization import with_authorization
from local.cors import CorsConfiguration
from local.gateway import Event
from local.presigned_way import PresignedWay
from local.storage_gate import GATE_PATH, StorageGate

type Invoke = Callable[[Event, str], object]


def by_path(functions: Mapping[str, Invoke], otherwise: Invoke) -> Invoke:
    """Calls the function at a path, and at all paths below it; `otherwise` where there is none."""

    def invoke(event: Event, request_id: str) -> object:
        path = f"{event['rawPath']}/"
        function = next((found for root, found in functions.items() if path.startswith(f"{root}/")), otherwise)
        return function(event, request_id)

    return invoke


class FrontDoor:
    """The whole stack as one ASGI application: both ways in, and the storage that one of them needs.

    Where the embedded services hold tokens, both ways ask for one; the site is open.
    """

    def __init__(self, settings: Settings, site: Invoke, upload_handler: Invoke, way: PresignedWay) -> None:
        functions = {"/api/upload": upload_handler, "/api/uploads": way.uploads_api, "/api/jobs": way.uploads_api}
        if (authorizer := way.authorizer) is not None:
            functions = {path: with_authorization(function, authorizer) for path, function in functions.items()}
        cors = CorsConfiguration(allow_origins=tuple(sorted(settings.allowed_origins)), expose_headers=EXPOSED_HEADERS)
        invoke = by_path(functions, otherwise=site)
        self._gateway = GatewayApplication(invoke, limits=Limits(settings.limits), cors=cors)
        self._gate = StorageGate(way.door, cors=cors)

    @property
    def is_busy(self) -> bool:
        return self._gateway.is_busy

    def close(self) -> None:
        self._gateway.close()
        self._gate.close()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        application = self._gate if scope["path"].startswith(GATE_PATH) else self._gateway
        await application(scope, receive, send)
