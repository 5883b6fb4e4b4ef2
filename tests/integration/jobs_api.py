"""A client's view of uploads and jobs, with the functions behind it in a simulated cloud."""

import json
from collections.abc import Mapping
from typing import Any

from events.gateway import request_event
from functions.analysis_worker.app import make_handler as make_worker
from functions.job_upkeep.app import make_handler as make_upkeep
from functions.uploads_api.app import make_handler
from tests.answers import LambdaContext, body_of, json_of
from tests.integration.cloud import Cloud

type Answer = dict[str, Any]


class WorkerContext(LambdaContext):
    def get_remaining_time_in_millis(self) -> int:
        return 180_000


class Api:
    """A client's view of the routes, and the functions behind them. `caller` is whom the gateway says it has let in."""

    def __init__(self, cloud: Cloud, caller: str | None = None) -> None:
        self.cloud = cloud
        self._authorizer = None if caller is None else {"lambda": {"caller": caller}}
        self._handler = make_handler(cloud.environment)
        self._worker = make_worker(cloud.environment)
        self.upkeep = make_upkeep(cloud.environment)

    def __call__(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        content = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        event = request_event(method, path, body=content, headers=headers, authorizer=self._authorizer)
        return self._handler(event, LambdaContext())

    def announce(self, files: Mapping[str, bytes], **more: object) -> dict[str, Any]:
        announced = [{"name": name, "size_bytes": len(content)} for name, content in files.items()]
        answer = self("POST", "/api/uploads", {"files": announced, **more})
        assert answer["statusCode"] == 201, answer["body"]
        return json_of(body_of(answer))

    def put(self, upload: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        for described, content in zip(upload["files"], files.values(), strict=True):
            self.cloud.put_upload(described["key"], content)

    def start(self, upload_id: str, options: object = None) -> Answer:
        return self("POST", f"/api/uploads/{upload_id}/analysis", options)

    def started(self, files: Mapping[str, bytes], options: object = None) -> str:
        upload = self.announce(files)
        self.put(upload, files)
        answer = self.start(upload["upload_id"], options)
        assert answer["statusCode"] == 202, answer["body"]
        return str(json_of(body_of(answer))["job_id"])

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self("GET", f"/api/jobs/{job_id}")
        assert answer["statusCode"] == 200, answer["body"]
        return json_of(body_of(answer))

    def work(self) -> int:
        return self.cloud.drain(lambda event: self._worker(event, WorkerContext()))
