"""The small page in Chromium against the whole local stack: files above the limit go to the storage and come back."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from battery_service.limits import CLOUD

from functions.site.app import make_handler as make_site
from local.gateway import Event
from sample_cells import plain as cells
from tests.browser.test_small_page import CHROMIUM, QUIET, words_of
from tests.integration.running_stack import Handler, running_stack

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

# Chooses a file that the test serves, and writes down every stage that the page shows.
CHOOSE = """<script>
const stages = document.body.appendChild(document.createElement("ol"));
new MutationObserver(() => { stages.append(" [" + $("stage").textContent + "] "); })
  .observe($("stage"), { childList: true, characterData: true, subtree: true });
fetch("test-file").then((answer) => answer.blob()).then((blob) => analyse([new File([blob], NAME)]));
</script>"""


@dataclass(slots=True)
class Scenario:
    """The file that the page finds chosen; `advertised` says whether the page learns of the limit."""

    name: str = ""
    content: str = ""
    advertised: bool = True

    def around(self, handler: Handler) -> Handler:
        """The real handler, with a choice made on its page."""

        def answer(event: Event, context: object) -> object:
            if event["rawPath"] == "/test-file":
                return {"statusCode": 200, "body": self.content}
            is_page = event["rawPath"] == "/" and "text/html" in event["headers"].get("accept", "")
            if event["rawPath"] == "/" and not is_page and not self.advertised:
                return {"statusCode": 200, "body": "{}"}
            result: Any = handler({**event, "headers": {**event["headers"], "accept-encoding": ""}}, context)
            if is_page:
                chooser = CHOOSE.replace("NAME", json.dumps(self.name))
                result = {**result, "body": result["body"].replace("</body>", f"{chooser}</body>")}
            return result

        return answer


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario()


@pytest.fixture(scope="module")
def url(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    not_built = tmp_path_factory.mktemp("not_built")
    site = scenario.around(make_site({}, page_folder=not_built))
    with running_stack({}, lambda handler: handler, site=site) as address:
        yield address


def shown(url: str, profile: Path) -> str:
    """The page's words after all is done."""
    assert CHROMIUM is not None
    # Virtual time runs fast while the page waits for its job, so there is much of it.
    quiet = [option for option in QUIET if not option.startswith("--virtual-time")]
    command = [CHROMIUM, *quiet, "--virtual-time-budget=3000000", f"--user-data-dir={profile}", "--dump-dom", f"{url}/"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    assert "Uncaught" not in ended.stderr
    return words_of(re.sub(r"<script>.*?</script>", "", ended.stdout, flags=re.DOTALL))


def cycles_csv(n_cycles: int) -> str:
    return cells.csv_set(cells.cell("LARGE", n_cycles=n_cycles), "LARGE")["LARGE_cycles.csv"].decode()


@pytest.mark.parametrize("advertised", [True, False], ids=["by the limit", "by the refusal"])
def test_the_page_sends_a_large_file_by_way_of_the_storage(
    url: str, scenario: Scenario, tmp_path: Path, advertised: bool
) -> None:
    scenario.name, scenario.content, scenario.advertised = "LARGE_cycles.csv", cycles_csv(850), advertised
    assert CLOUD.max_upload_bytes < len(scenario.content)

    words = shown(url, tmp_path)

    assert "Cycles 850 numbers 1 to 850" in words
    assert "The report on LARGE is ready." in words
    size = f"{len(scenario.content) / 1e6:.1f} MB"
    assert f"[Uploading LARGE_cycles.csv, {size}]" in words
    assert re.search(r"\[(Waiting for a worker|Starting|Reading the files|Analysing): LARGE_cycles.csv\]", words)
    assert ("Up to 4 MiB in one request; larger files are sent as a presigned upload" in words) is advertised


def test_a_job_that_fails_is_told_in_the_servers_words(url: str, scenario: Scenario, tmp_path: Path) -> None:
    scenario.name, scenario.advertised = "LARGE_cycles.csv", True
    scenario.content = "cycle_number,voltage_in_V\n" + "1,3.5\n" * 750_000

    words = shown(url, tmp_path)

    assert "missing_columns · request " in words
    assert "ready" not in words
