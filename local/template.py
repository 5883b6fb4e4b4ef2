"""Reads a template of ours with every value computed: functions, routes, their authorizer, queues, schedules.

The gateway, the embedded AWS and the runner of the artifact use this, so that each fact is only in template.yaml.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local.intrinsics import Intrinsics, is_intrinsic, parsed

SOURCE: Final = Path(__file__).parents[1] / "template.yaml"
REGION: Final = "eu-central-1"
ACCOUNT: Final = "000000000000"
PSEUDO_PARAMETERS: Final[Mapping[str, str]] = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "local",
    "AWS::URLSuffix": "amazonaws.com",
}
SETTINGS: Final = (
    "CodeUri",
    "Environment",
    "EphemeralStorage",
    "Handler",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "SnapStart",
    "Timeout",
)
# One machine has no bill, and nobody to be fair to.
NO_QUOTAS: Final[Mapping[str, object]] = {
    "CallerRequestsPerMinute": 0,
    "CallerMegabytesPerHour": 0,
    "CallerAnalysisSecondsPerHour": 0,
    "CallerLinksPerHour": 0,
    "CallerOpenJobs": 0,
}
SECONDS: Final = {"minute": 60, "minutes": 60, "hour": 3600, "hours": 3600}


@dataclass(frozen=True, slots=True)
class DeclaredFunction:
    """One function. `layers` are in the order of the template, in which a later one hides an earlier one."""

    name: str
    code: Path
    layers: tuple[Path, ...]
    handler: str
    memory_MB: int
    timeout_s: float
    scratch_MB: int
    variables: Mapping[str, str]
    log_format: str
    log_level: str
    has_snapshot: bool
    calls_aws: bool


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the HTTP API: the function behind it, and the authorizer's function, if any."""

    method: str
    path: str
    function: str
    authorizer: str | None


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue's messages for a function, so many in each event. `queue` is the queue's name in the template."""

    function: str
    queue: str
    batch_size: int


class Template:
    """A template for the values given, and the folder that its paths start from.

    `values` are the parameters, what `Ref` gives for a resource, a bucket's name or a queue's URL, and `GetAtt` for
    `Name.Arn`; a resource that is not there is called by its name in the template, as `sam local` does. Every method raises
    UnresolvedError for a value that depends on a name that was not given.
    """

    def __init__(self, parsed_template: Mapping[str, Any], folder: Path, values: Mapping[str, object]) -> None:
        self._parsed = parsed_template
        self._folder = folder
        self._given = values
        names = {name: name for name in parsed_template["Resources"]}
        arns = {f"{name}.Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}" for name in names}
        self._values = Intrinsics(parsed_template, {**PSEUDO_PARAMETERS, **names, **arns, **values})

    @classmethod
    def read(cls, file: Path = SOURCE, *, parameters: Mapping[str, object] | None = None) -> "Template":
        return cls(parsed(file.read_text()), file.resolve().parent, parameters or {})

    def given(self, values: Mapping[str, object]) -> "Template":
        """The same template with these parameters and resources beside those that it has."""
        return Template(self._parsed, self._folder, {**self._given, **values})

    def parameter(self, name: str) -> Any:
        return self._values.resolved({"Ref": name})

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """The properties, not computed yet, of the resources of a type that would be deployed, by name."""
        return {
            name: found.get("Properties", {})
            for name, found in self._parsed["Resources"].items()
            if found["Type"] == resource_type and ("Condition" not in found or self._values.holds(found["Condition"]))
        }

    def resolved(self, value: Any) -> Any:
        return self._values.resolved(value)

    @property
    def functions(self) -> dict[str, DeclaredFunction]:
        """Every function that would be deployed, by its name in the template."""
        return {name: self._function(name, own) for name, own in self.of_type("AWS::Serverless::Function").items()}

    @property
    def routes(self) -> tuple[Route, ...]:
        integrations = self.of_type("AWS::ApiGatewayV2::Integration")
        authorizers = self.of_type("AWS::ApiGatewayV2::Authorizer")
        return tuple(self._route(found, integrations, authorizers) for found in self._each("AWS::ApiGatewayV2::Route"))

    @property
    def cors(self) -> dict[str, Any]:
        """The CorsConfiguration of the HTTP API."""
        (api,) = self._each("AWS::ApiGatewayV2::Api")
        cors: dict[str, Any] = api["CorsConfiguration"]
        return cors

    @property
    def identity_source(self) -> str:
        """The header, in lower case, without which a request does not reach the authorizer."""
        (authorizer,) = self._each("AWS::ApiGatewayV2::Authorizer")
        (source,) = authorizer["IdentitySource"]
        return str(source).removeprefix("$request.header.").lower()

    @property
    def queues(self) -> tuple[Queue, ...]:
        """The queues that call functions."""
        return tuple(
            Queue(name, _resource_of(event["Queue"]), self._values.resolved(event["BatchSize"]))
            for name, event in self._events("SQS")
        )

    @property
    def schedules(self) -> dict[str, float]:
        """The functions that are called by a schedule, with its interval in seconds."""
        return {name: _seconds(event["ScheduleExpression"]) for name, event in self._events("ScheduleV2")}

    def _each(self, resource_type: str) -> Iterator[dict[str, Any]]:
        for properties in self.of_type(resource_type).values():
            yield self._values.resolved(properties)

    def _events(self, event_type: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, properties in self.of_type("AWS::Serverless::Function").items():
            for event in properties.get("Events", {}).values():
                if event["Type"] == event_type:
                    yield name, event["Properties"]

    def _route(
        self, route: Mapping[str, Any], integrations: Mapping[str, Any], authorizers: Mapping[str, Any]
    ) -> Route:
        method, _, path = route["RouteKey"].partition(" ")
        integration = integrations[route["Target"].removeprefix("integrations/")]
        authorizer = authorizers[route["AuthorizerId"]] if route["AuthorizationType"] == "CUSTOM" else None
        return Route(
            method=method,
            path=path,
            function=self._function_behind(integration["IntegrationUri"]),
            authorizer=None if authorizer is None else self._function_behind(authorizer["AuthorizerUri"]),
        )

    def _function_behind(self, uri: object) -> str:
        """The function in the URI that API Gateway calls, with or without an alias."""
        found = re.search(r":function:(\w+)", self._values.resolved(uri))
        assert found is not None, uri  # noqa: S101  # every integration of ours is a function
        return found[1]

    def _function(self, name: str, own: Mapping[str, Any]) -> DeclaredFunction:
        """A setting that the template does not have gets Lambda's default."""
        merged = _merged(self._parsed.get("Globals", {}).get("Function", {}), own)
        settings = {key: self._values.resolved(merged[key]) for key in SETTINGS if key in merged}
        logging = settings.get("LoggingConfig", {})
        variables = settings.get("Environment", {}).get("Variables", {})
        return DeclaredFunction(
            name=name,
            code=self._folder / settings["CodeUri"],
            layers=tuple(map(self._layer, settings.get("Layers", ()))),
            handler=settings["Handler"],
            memory_MB=int(settings.get("MemorySize", 128)),
            timeout_s=float(settings.get("Timeout", 3)),
            scratch_MB=int(settings.get("EphemeralStorage", {}).get("Size", 512)),
            variables={key: _text(value) for key, value in variables.items()},
            log_format=logging.get("LogFormat", "Text"),
            log_level=logging.get("ApplicationLogLevel", "INFO"),
            has_snapshot=settings.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions",
            calls_aws=bool(self._values.resolved(own.get("Policies", []))),
        )

    def _layer(self, name: str) -> Path:
        return self._folder / str(self._parsed["Resources"][name]["Properties"]["ContentUri"])


def _merged(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Globals and a function's properties, merged as by SAM: maps key by key; other values are the function's."""
    return {**shared, **{name: _overlaid(shared.get(name), value) for name, value in own.items()}}


def _overlaid(shared: object, own: object) -> object:
    if isinstance(shared, Mapping) and isinstance(own, Mapping) and not is_intrinsic(own):
        return _merged(shared, own)
    return own


def _resource_of(attribute: Mapping[str, Any]) -> str:
    """The resource name of a GetAtt, which `sam build` writes as a list."""
    name = attribute["Fn::GetAtt"]
    return str(name[0] if isinstance(name, list) else name.partition(".")[0])


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _seconds(expression: str) -> float:
    """The seconds of an expression such as `rate(5 minutes)`."""
    number, unit = expression.removeprefix("rate(").removesuffix(")").split()
    return float(number) * SECONDS[unit]
