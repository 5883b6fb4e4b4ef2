"""The functions that need the embedded services, run in this process by the source tree's own handlers."""

from collections.abc import Callable, Mapping

from battery_service.settings import Settings

from local.gateway import Event
from local.lambda_function import Handler, LocalFunction

API_SECONDS = 29.0
type Invoke = Callable[[Event, str], object]
# From the environment, with the embedded services and their resources in it, to functions by their names in template.yaml.
type Connect = Callable[[Mapping[str, str]], Mapping[str, Invoke]]


def in_this_process(settings: Settings) -> Connect:
    """Handlers with these settings. Called in the environment that they are to work in, which boto3 reads by itself."""

    def connect(environment: Mapping[str, str]) -> Mapping[str, Invoke]:
        # Only now: they load boto3, and their clients are made for the environment that they find.
        from battery_service.jobs.settings import JobSettings  # noqa: PLC0415

        from functions.analysis_worker.app import make_handler as make_worker  # noqa: PLC0415
        from functions.authorizer.app import make_handler as make_authorizer  # noqa: PLC0415
        from functions.job_upkeep.app import make_handler as make_upkeep  # noqa: PLC0415
        from functions.uploads_api.app import make_handler as make_uploads  # noqa: PLC0415
        from local import resources  # noqa: PLC0415

        job_settings = JobSettings.from_environment(environment)
        functions = {
            "UploadsApiFunction": _local("uploads_api", make_uploads(settings, job_settings), API_SECONDS),
            "WorkerFunction": _local("analysis_worker", make_worker(job_settings), resources.WORKER_TIMEOUT_SECONDS),
            "UpkeepFunction": _local("job_upkeep", make_upkeep(job_settings), resources.UPKEEP_TIMEOUT_SECONDS),
        }
        if parameter := environment.get("TOKENS_PARAMETER"):
            authorizer = _local("authorizer", make_authorizer(parameter), resources.AUTHORIZER_TIMEOUT_SECONDS)
            functions["AuthorizerFunction"] = authorizer
        return functions

    return connect


def _local(name: str, handler: Handler, timeout_seconds: float) -> LocalFunction:
    return LocalFunction(name, lambda: handler, timeout_seconds)
