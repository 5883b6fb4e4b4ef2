"""The environment in which Lambda starts a function: Lambda's variables and the function's, but none of this machine's."""

from collections.abc import Mapping
from typing import Final

from local.artifact.sandbox import Paths
from local.template import ACCOUNT, REGION, DeclaredFunction

# Nothing listens there, so a function without services never reaches the user's AWS account.
NO_SERVICES: Final[Mapping[str, str]] = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "NONE",
    "AWS_SECRET_ACCESS_KEY": "none",
    # Lambda's keys always have one, and each signature includes it.
    "AWS_SESSION_TOKEN": "a-session",
}


def lambda_environment(
    function: DeclaredFunction, paths: Paths, *, runtime_api: str, services: Mapping[str, str]
) -> dict[str, str]:
    """`services` has the endpoint of AWS and a key.

    Source: AWS Lambda Developer Guide, "Defined runtime environment variables".
    """
    initialisation = "snap-start" if function.has_snapshot else "on-demand"
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "PYTHONPATH": paths.python_path,
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": paths.task_root,
        "LAMBDA_RUNTIME_DIR": paths.runtime,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_MB),
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialisation,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_LEVEL": function.log_level,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        **NO_SERVICES,
        **{name: value for name, value in services.items() if name in NO_SERVICES},
        **function.variables,
    }


def function_arn(function: DeclaredFunction) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function.name}"
