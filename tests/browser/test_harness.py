"""What plays the specs: it plays every one of them, and sees what a page does behind its specs' back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.embedders_page import served
from tests.browser.equipment import needs_the_dashboard
from tests.browser.spec_runner import SPECS, SpecRunner, sentences

pytestmark = needs_the_dashboard

POLICY = '<meta http-equiv="Content-Security-Policy" content="img-src data:">'
FAULTY_PAGES = {
    "request": ('<img src="http://127.0.0.1:9/a.png">', r"request to http://127\.0\.0\.1:9/a\.png"),
    "policy": (f'{POLICY}<img src="a.png">', "violates the following Content Security Policy directive"),
    "error": ("<script>throw new TypeError('nobody catches this')</script>", "uncaught TypeError: nobody catches this"),
}


@pytest.fixture(scope="module")
def faulty_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("faulty")
    for name, (markup, _) in FAULTY_PAGES.items():
        (folder / f"{name}.html").write_text(f"<!doctype html><link rel=icon href='data:,'>{markup}")
    with served(folder) as url:
        yield url


@pytest.mark.parametrize("fault", FAULTY_PAGES)
def test_what_a_page_does_behind_its_back_fails_the_spec(specs: SpecRunner, faulty_pages: str, fault: str) -> None:
    with pytest.raises(AssertionError, match=FAULTY_PAGES[fault][1]):
        specs.play("harness", f"a page with a fault of the kind: {fault}", faulty_pages, {})


@pytest.mark.parametrize("group", sorted(file.stem for file in SPECS.glob("*.ts") if file.stem != "harness"))
def test_every_spec_of_a_group_is_a_test(specs: SpecRunner, group: str) -> None:
    assert specs.sentences(group) == sentences(group)


def test_every_group_has_its_tests() -> None:
    tests: list[str] = [file.read_text() for file in Path(__file__).parent.glob("test_*.py")]
    groups = [file.stem for file in SPECS.glob("*.ts") if file.stem != "harness"]
    assert groups
    for group in groups:
        assert any(f'sentences("{group}")' in test for test in tests), f"nobody plays {group}"
