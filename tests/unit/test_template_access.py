"""Who may do what, by the template: which routes ask for a token, and what each function is allowed."""

from fnmatch import fnmatch
from typing import Any

import pytest
from battery_service.callers.quotas import Quotas
from battery_service.callers.usage import Usage
from battery_service.settings import Settings
from battery_service.site.routes import public_routes

from local.template import NO_QUOTAS
from tests.template import FUNCTIONS, holds, of_type, properties, resolved

OPEN_PATHS = ("/", "/assets/{name}", "/health", "/openapi.json", "/docs", "/api/formats")
OPEN_ROUTES = {f"{method} {path}" for method in ("GET", "HEAD") for path in OPEN_PATHS}
PROTECTED_ROUTES = {
    "POST /api/upload",
    "POST /api/uploads",
    "POST /api/uploads/{upload_id}/analysis",
    "GET /api/jobs/{job_id}",
    "HEAD /api/jobs/{job_id}",
    "GET /api/jobs/{job_id}/result",
    "HEAD /api/jobs/{job_id}/result",
    "DELETE /api/jobs/{job_id}",
}
JWT = {"JwtIssuer": "https://login.example.com/", "JwtAudience": "battery"}
OPEN = {"OpenEndpoint": "yes-anybody-may-use-it-at-my-cost"}


def authorization(**given: object) -> dict[str, tuple[str, object]]:
    """Type and authorizer of every route."""
    routes = (resolved(route, **given) for route in of_type("AWS::ApiGatewayV2::Route").values())
    return {route["RouteKey"]: (route["AuthorizationType"], route.get("AuthorizerId")) for route in routes}


def test_there_are_exactly_the_routes_that_are_known_here() -> None:
    assert authorization().keys() == OPEN_ROUTES | PROTECTED_ROUTES


@pytest.mark.parametrize("given", [{}, JWT, OPEN])
def test_what_holds_no_data_is_open_in_every_deployment(given: dict[str, str]) -> None:
    assert {authorization(**given)[route] for route in OPEN_ROUTES} == {("NONE", None)}


def test_a_deployment_that_says_nothing_asks_for_our_own_tokens() -> None:
    assert {str(authorization()[route]) for route in PROTECTED_ROUTES} == {str(("CUSTOM", {"Ref": "TokenAuthorizer"}))}
    assert holds("UsesTokens")
    assert not holds("UsesJwt")


def test_an_issuer_takes_the_place_of_our_own_tokens() -> None:
    found = {str(authorization(**JWT)[route]) for route in PROTECTED_ROUTES}
    assert found == {str(("JWT", {"Ref": "JwtAuthorizer"}))}
    assert not holds("UsesTokens", **JWT)


def test_only_plain_words_open_the_endpoint() -> None:
    assert {authorization(**OPEN)[route] for route in PROTECTED_ROUTES} == {("NONE", None)}
    assert not holds("UsesTokens", **OPEN)


def test_our_authorizer_speaks_the_form_that_its_function_does() -> None:
    authorizer = properties("TokenAuthorizer")
    assert authorizer["AuthorizerType"] == "REQUEST"
    assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"
    assert authorizer["EnableSimpleResponses"] is True
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]


def test_every_route_leads_to_a_function_that_api_gateway_may_call() -> None:
    integrations = of_type("AWS::ApiGatewayV2::Integration")
    for route in of_type("AWS::ApiGatewayV2::Route").values():
        name = route["Target"]["Fn::Sub"].removeprefix("integrations/${").removesuffix("}")
        assert name in integrations
        permission = properties(name.replace("Integration", "Permission"))
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert "${HttpApi}" in permission["SourceArn"]["Fn::Sub"]


def routes_to(integration: str) -> set[str]:
    routes = of_type("AWS::ApiGatewayV2::Route").values()
    target = f"integrations/${{{integration}}}"
    return {route["RouteKey"] for route in routes if route["Target"]["Fn::Sub"] == target}


def test_the_site_is_called_for_what_it_answers() -> None:
    answered = {f"{route.method} {route.path}" for route in public_routes(Settings())} | {"GET /assets/{name}"}
    assert routes_to("SiteIntegration") == answered | {route.replace("GET", "HEAD") for route in answered}


def test_uploads_and_jobs_go_where_they_are_answered() -> None:
    assert routes_to("UploadIntegration") == {"POST /api/upload"}
    assert routes_to("UploadsApiIntegration") == PROTECTED_ROUTES - {"POST /api/upload"}


def statements(function: str) -> list[dict[str, Any]]:
    policies = resolved(properties(function).get("Policies", []))
    return [statement for policy in policies for statement in policy["Statement"]]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_may_do_everything_or_to_everything(function: str) -> None:
    for statement in statements(function):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions), statement["Sid"]
        assert statement["Resource"] != "*", statement["Sid"]


def test_what_needs_nothing_of_aws_is_allowed_nothing() -> None:
    assert {name for name in FUNCTIONS if not statements(name)} == {"SiteFunction"}


def test_direct_uploads_may_count_and_nothing_else_and_without_quotas_nothing() -> None:
    [statement] = statements("UploadFunction")
    assert statement["Action"] == "dynamodb:UpdateItem"
    [prefix] = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    counted: list[str] = []

    def update_item(**request: Any) -> None:
        counted.append(request["Key"]["job_id"]["S"])

    Usage(update_item, "jobs", Quotas(requests_per_minute=1)).charge("token:a", requests=1)
    assert [fnmatch(key, prefix) for key in counted] == [True]
    policies = properties("UploadFunction")["Policies"]
    assert resolved(policies, **NO_QUOTAS) == []


def test_a_json_web_token_needs_a_scope_where_the_deployment_names_some() -> None:
    def scopes(**given: object) -> list[object]:
        routes = [resolved(route, **given) for route in of_type("AWS::ApiGatewayV2::Route").values()]
        return [route.get("AuthorizationScopes") for route in routes if route["RouteKey"] in PROTECTED_ROUTES]

    needed = "battery/analyse,battery/admin"
    assert scopes(**JWT, JwtScopes=needed) == [["battery/analyse", "battery/admin"]] * len(PROTECTED_ROUTES)
    assert set(map(str, scopes(**JWT) + scopes() + scopes(JwtScopes=needed))) == {"None"}


def test_the_authorizer_reads_one_parameter() -> None:
    [statement] = statements("AuthorizerFunction")
    assert statement["Action"] == "ssm:GetParameter"
    assert str(statement["Resource"]).endswith(":parameter/battery-analytics/dev/tokens")
