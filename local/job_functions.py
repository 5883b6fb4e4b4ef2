"""The functions that need the embedded services, run in this process by the source tree's own handlers."""

from collections.abc import Callable, Mapping

from local.gateway import Event
from local.lambda_function import Handler, LocalFunction

API_SECONDS = 29.0
type Invoke = Callable[[Event, str], object]
# From the environment, with the embedded services and their resources in it, to functions by their names in template.yaml.
type Connect = Callable[[Mapping[str, str]], Mapping[str, Invoke]]


def in_this_process(variables: Mapping[str, str]) -> Connect:
    """Handlers with these variables, such as LIMITS, beside the environment's; boto3 reads the process's own."""

    def connect(environment: Mapping[str, str]) -> Mapping[str, Invoke]:
        # Only now: they load boto3, and their clients are made for the environment that they find.
        from functions.analysis_worker.app import make_handler as make_worker  # noqa: PLC0415
        from functions.authorizer.app import make_handler as make_authorizer  # noqa: PLC0415
        from functions.job_upkeep.app import make_handler as make_upkeep  # noqa: PLC0415
        from functions.uploads_api.app import make_handler as make_uploads  # noqa: PLC0415
        from local import resources  # noqa: PLC0415

        environment = {**environment, **variables}
        functions = {
            "UploadsApiFunction": _local("uploads_api", make_uploads(environment), API_SECONDS),
            "WorkerFunction": _local("analysis_worker", make_worker(environment), resources.WORKER_TIMEOUT_SECONDS),
            "UpkeepFunction": _local("job_upkeep", make_upkeep(environment), resources.UPKEEP_TIMEOUT_SECONDS),
        }
        if environment.get("TOKENS_PARAMETER"):
            authorizer = _local("authorizer", make_authorizer(environment), resources.AUTHORIZER_TIMEOUT_SECONDS)
            functions["AuthorizerFunction"] = authorizer
        return functions

    return connect


def _local(name: str, handler: Handler, timeout_seconds: float) -> LocalFunction:
    return LocalFunction(name, lambda: handler, timeout_seconds)
