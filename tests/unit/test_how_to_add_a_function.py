"""docs/how-to/add-a-function.md does what it says: its code and its resources give a route on the local gateway."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from events.gateway import request_event
from local.lambda_function import source_function
from local.template import Template

PAGE = Path("docs/how-to/add-a-function.md").read_text()
(CODE,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(RESOURCES,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Template:
    """The project's template with the page's resources, beside a folder of functions with the page's code."""
    source = Path("template.yaml").read_text()
    before, resources, after = source.partition("\nResources:\n")
    (tmp_path / "template.yaml").write_text(f"{before}{resources}{RESOURCES}{after}")
    folder = tmp_path / "functions" / "echo"
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(CODE)
    monkeypatch.syspath_prepend(str(tmp_path))  # both folders `functions` are parts of one namespace package
    return Template.read(tmp_path / "template.yaml")


def test_the_route_of_the_page_leads_to_its_function(template: Template) -> None:
    (route,) = [route for route in template.routes if route.path == "/api/echo"]
    assert (route.method, route.function, route.authorizer) == ("GET", "EchoFunction", None)

    function = source_function(template.functions[route.function], {}, {})
    answer: Any = function(request_event("GET", "/api/echo"), "request-1")

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"path": "/api/echo"}
