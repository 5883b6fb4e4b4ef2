"""The template's functions from the source tree, run in this process."""

import os
from collections.abc import Mapping

from local.gateway import Invoke
from local.job_services import JobServices
from local.lambda_function import LocalFunction, source_function
from local.template import Template

type Functions = Mapping[str, Invoke]


def source_functions(template: Template, services: JobServices, variables: Mapping[str, str]) -> Functions:
    """All of them by name; those that call AWS are made by `services`, once it has started."""
    return {
        name: services.function(name) if declared.calls_aws else source_function(declared, os.environ, variables)
        for name, declared in template.functions.items()
    }


def connected_functions(variables: Mapping[str, str], template: Template, environment: Mapping[str, str]) -> Functions:
    """The functions that use AWS, with handlers for an environment in which AWS is reached."""
    functions: dict[str, LocalFunction] = {
        name: source_function(declared, environment, variables)
        for name, declared in template.functions.items()
        if declared.calls_aws
    }
    for function in functions.values():
        function.load()  # one after the other: boto3's clients cannot be made by several threads at once
    return functions
