"""The artifact in the place of AWS's whole: the local gateway before its functions, embedded services behind them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from battery_service.settings import Settings

from local.artifact.artifact import Artifact
from local.artifact.built_template import BUILT
from local.artifact.instance import Log
from local.front_door import FrontDoor
from local.job_functions import Invoke
from local.presigned_way import PresignedWay
from local.resources import TOKENS_PARAMETER

# What the template's resources are called, by the variables that the embedded services' names come in.
RESOURCES: Final[Mapping[str, str]] = {
    "UploadsBucket": "UPLOADS_BUCKET",
    "ResultsBucket": "RESULTS_BUCKET",
    "JobsTable": "JOBS_TABLE",
    "JobsQueue": "JOBS_QUEUE_URL",
}


class ArtifactStack:
    """Nothing runs before `open`, and nothing is left after `stop`. `door` is the ASGI application.

    `tokens` is the text of a token store; with it, both ways in ask for one. `parameters` are the template's.
    """

    def __init__(
        self,
        folder: Path = BUILT,
        *,
        log: Log,
        parameters: Mapping[str, object] | None = None,
        tokens: str | None = None,
    ) -> None:
        self._folder = folder
        self._parameters = parameters or {}
        self._log = log
        self._artifact: Artifact | None = None
        self.environment: Mapping[str, str] = {}
        """What AWS clients need to reach the embedded services, and what the resources there are called; once open."""
        self.way = PresignedWay(self._connected, tokens=tokens)
        site, upload_handler = self.way.function("SiteFunction"), self.way.function("UploadFunction")
        self.door = FrontDoor(Settings(), site, upload_handler, self.way)

    @property
    def artifact(self) -> Artifact:
        """Once it is open. Raises RuntimeError before, and where it could not be opened."""
        if self._artifact is None:
            raise RuntimeError("the artifact is not running; the log says why")
        return self._artifact

    def open(self) -> None:
        """Start the services and connect the functions, in a second or two. They start when they are called."""
        self.way.open()

    def stop(self) -> None:
        """The end, with whatever is still in it."""
        self.way.close()
        if self._artifact is not None:
            self._artifact.close()
        self.way.stop()

    def _connected(self, environment: Mapping[str, str]) -> Mapping[str, Invoke]:
        self.environment = {"TOKENS_PARAMETER": TOKENS_PARAMETER, **environment}
        self._artifact = connected_artifact(self._folder, self.environment, log=self._log, parameters=self._parameters)
        return self._artifact.functions


def connected_artifact(
    folder: Path, environment: Mapping[str, str], *, log: Log, parameters: Mapping[str, object]
) -> Artifact:
    """The artifact among the embedded services that the environment names."""
    resources = {name: environment[variable] for name, variable in RESOURCES.items()}
    tokens = {"TokensParameter": environment["TOKENS_PARAMETER"]}
    return Artifact(folder, log=log, services=environment, parameters={**tokens, **parameters}, resources=resources)
