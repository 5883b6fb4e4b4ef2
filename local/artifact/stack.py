"""The built artifact behind the local gateway, with the embedded AWS that it uses."""

from collections.abc import Mapping
from pathlib import Path

from battery_service.settings import Settings

from local.artifact.artifact import Artifact
from local.artifact.built_template import BUILT, built_template
from local.artifact.instance import Log
from local.gateway import Invoke
from local.job_services import JobServices
from local.router import Router
from local.template import Template


class ArtifactStack:
    """Nothing runs before `start` or after `stop`. `application` is the ASGI application.

    `tokens` is the text of a token store; with it, the routes that have an authorizer call it. `parameters` are the template's.
    """

    def __init__(
        self,
        folder: Path = BUILT,
        *,
        log: Log,
        parameters: Mapping[str, object] | None = None,
        tokens: str | None = None,
    ) -> None:
        self.template = built_template(folder, parameters=parameters)
        """It has the resources of the embedded AWS once that has started."""
        self.environment: Mapping[str, str] = {}
        """The variables with which AWS clients reach the embedded AWS, and its resources; empty before the start."""
        self._log = log
        self._artifact: Artifact | None = None
        self.services = JobServices(self.template, self._connected, tokens=tokens)
        functions = {name: self.services.function(name) for name in self.template.functions}
        self.application = Router(self.template, functions, self.services, Settings())

    @property
    def artifact(self) -> Artifact:
        """The running artifact. Raises RuntimeError before the start, and where it could not start."""
        if self._artifact is None:
            raise RuntimeError("the artifact is not running; the log has the reason")
        return self._artifact

    def start(self) -> None:
        """Start the embedded AWS and connect the functions, in a second or two. Functions start when they are called."""
        self.services.start()

    def stop(self) -> None:
        """End everything, whatever it is doing."""
        self.services.close()
        if self._artifact is not None:
            self._artifact.close()
        self.services.stop()

    def _connected(self, template: Template, environment: Mapping[str, str]) -> Mapping[str, Invoke]:
        self.template, self.environment = template, environment
        self._artifact = Artifact(template, log=self._log, services=environment)
        return self._artifact.functions
