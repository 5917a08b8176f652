"""The page in a real browser. Without one these tests are skipped; with APIGEN_SHOTS=FOLDER they leave pictures there."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from apigen.report import write_report
from apigen.store.history import RunHistory
from tests.report.stores import HOSTILE, candidate, make_store, start

INSTALL = "pip install 'apigen-synth[test-browser]', and apt-get install chromium (or playwright install chromium)"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
WAIT_SECONDS = 10
NAMED = {number: f"⟨U+{number:04X}⟩" for number in (0, 0x1B, 0x202E)}
SECTIONS = ("funnel", "rejections", "rates", "coverage", "timeline", "costs", "variety", "config")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real one, headless."""
    api = pytest.importorskip("playwright.sync_api", reason=f"no playwright here: {INSTALL}")
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    with api.sync_playwright() as play:
        try:
            # Root has no sandbox of its own for it; what it opens is our page.
            started = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except api.Error as error:
            pytest.skip(f"no browser starts here: {INSTALL} ({str(error).splitlines()[0]})")
        yield started
        started.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


def written(store: Path) -> Path:
    with closing(RunHistory(store)) as history:
        write_report(history, file := store.with_suffix(".html"))
    return file


@pytest.fixture(scope="module")
def page_file(folder: Path) -> Path:
    """A page of 240 candidates, hostile ones among them."""
    return written(make_store(folder / "run.db", 240))


Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, page_file: Path) -> Iterator[Open]:
    """Open the page; in the end nothing was fetched, nothing failed, and no text of data ran."""
    said: list[str] = []
    contexts: list[Any] = []

    def open_page(file: Path = page_file, at: str = "", viewport: dict[str, int] = WIDE, scheme: str = "light") -> Any:
        contexts.append(browser.new_context(viewport=viewport, color_scheme=scheme, offline=True))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith(file.as_uri()) or said.append(f"fetched {asked.url}"))
        page.goto(file.as_uri() + at)
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            assert page.evaluate("window.owned") is None
        context.close()
    assert said == []


def shoot(page: Any, name: str) -> None:
    if chosen := os.environ.get("APIGEN_SHOTS"):
        folder = Path(chosen)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)


def until(page: Any, expression: str, value: Any = True) -> None:
    """Wait until an expression has a value. Playwright's own way to wait is forbidden by the page's policy."""
    seen, late = None, time.monotonic() + WAIT_SECONDS
    while time.monotonic() < late:
        if (seen := page.evaluate(expression)) == value:
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{expression} is {seen!r}, not {value!r}")


def shown_draw(page: Any, draw: int) -> None:
    until(page, "document.querySelector('#sample .about')?.textContent.split(' ·')[0]", f"draw {draw}")


def counted(page: Any, text: str) -> None:
    until(page, "document.getElementById('count').textContent", text)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_every_section_is_filled(opened: Open, viewport: dict[str, int], scheme: str) -> None:
    page = opened(viewport=viewport, scheme=scheme)
    kind = f"{scheme}-{viewport['width']}"
    for section in SECTIONS:
        assert page.locator(f"#{section} .body > *").count() > 0, section
    assert page.locator("svg .line").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor").startswith("rgb(22")
    assert dark == (scheme == "dark")
    shoot(page, f"{kind}-overview")
    page.click("#to-samples")
    page.wait_for_selector("#list [role=option]")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, f"{kind}-samples")
    page.click("#option-1")
    shown_draw(page, 1)
    page.wait_for_selector("#sample .halves", state="visible")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, f"{kind}-sample")


def test_words_find_samples_and_filters_narrow_them(opened: Open) -> None:
    page = opened(at="#samples")
    counted(page, "240 samples of 240")
    made = [candidate(index) for index in range(240)]
    page.fill("#by-q", "NUMBER metres")
    counted(page, f"{sum('metres' in one.query for one in made)} samples of 240")
    page.fill("#by-q", "#41")
    counted(page, "1 sample of 240")
    shown_draw(page, 41)
    page.fill("#by-q", "")
    for field, value, wanted in (
        ("style", "parallel", [one for one in made if one.draw.style == "parallel"]),
        ("stage", "rejected", [one for one in made if one.rejection]),
        ("stage", "grounding", [one for one in made if one.rejection and one.rejection.stage == "grounding"]),
        ("reason", "format:no_calls", [one for one in made if one.rejection and one.rejection.stage == "format"]),
        ("model", "small-model", made[::2]),
    ):
        page.select_option(f"#by-{field}", value)
        counted(page, f"{len(wanted)} samples of 240")
        shown_draw(page, wanted[0].draw.index)
        page.click(".clear")
        counted(page, "240 samples of 240")
    page.fill("#by-api", "area")
    until(page, "location.hash", "#samples?api=area")
    page.fill("#by-q", "nobody ever said so")
    page.wait_for_selector("#sample .empty")


def test_the_address_leads_to_a_sample(opened: Open) -> None:
    page = opened(at="#samples?row=141")
    shown_draw(page, 141)
    page.wait_for_selector("#option-141[aria-selected=true]")
    assert page.evaluate(
        "document.elementFromPoint(200, document.querySelector('#option-141').getBoundingClientRect().top + 9).closest('#list')"
    )
    page.click("#to-overview")
    page.click("#rejections summary >> nth=0")
    page.click("#rejections .example >> nth=0")
    page.wait_for_selector("#sample .outcome.fail")
    assert "reason=" in page.evaluate("location.hash")
    page.go_back()
    page.wait_for_selector("#overview", state="visible")


def test_keys_alone_are_enough(opened: Open) -> None:
    page = opened()
    page.keyboard.press("/")
    until(page, "document.activeElement.id", "by-q")
    counted(page, "240 samples of 240")
    page.keyboard.type("jkj number")
    page.wait_for_selector("#sample .empty")
    page.keyboard.press("Control+a")
    page.keyboard.type("number")
    page.keyboard.press("Escape")
    until(page, "document.activeElement.id", "list")
    assert page.locator("#by-q").input_value() == "number"
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    shown_draw(page, 2)
    page.keyboard.press("k")
    shown_draw(page, 1)
    assert page.evaluate("document.getElementById('list').getAttribute('aria-activedescendant')") == "option-1"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id", "sample")
    for _ in range(110):
        page.keyboard.press("j")
    page.wait_for_selector("#option-111[aria-selected=true]")
    assert page.locator("#pages").inner_text().replace("\n", " ").startswith("← Previous 101–200")


def test_on_a_phone_a_sample_takes_the_place_of_the_list_and_gives_it_back(opened: Open) -> None:
    page = opened(viewport=PHONE, at="#samples")
    page.click("#option-41")
    shown_draw(page, 41)
    assert page.evaluate("scrollY") == 0
    assert not page.is_visible("#list")
    page.click(".back")
    page.wait_for_selector("#option-41[aria-selected=true]", state="visible")
    assert page.evaluate("document.querySelector('#option-41').getBoundingClientRect().top < innerHeight")


def test_every_field_has_a_label_and_every_link_stays_here(opened: Open) -> None:
    page = opened(at="#samples")
    assert page.evaluate("[...document.querySelectorAll('input, select')].every((field) => field.labels.length === 1)")
    assert page.evaluate(
        "[...document.querySelectorAll('a')].every((link) => link.getAttribute('href').startsWith('#'))"
    )


def test_the_theme_is_chosen_by_hand_too(opened: Open) -> None:
    page = opened(scheme="light")
    for colour in ("rgb(251", "rgb(22,"):
        page.click("#theme")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor").startswith(colour)
    assert "dark" in page.get_attribute("#theme", "aria-label")


def test_hostile_texts_are_shown_as_they_are(opened: Open) -> None:
    page = opened()
    for category in page.locator("#coverage summary").all():
        category.click()
    assert page.locator("#overview b", has_text="bold").count() == 0
    for index, text in enumerate(HOSTILE):
        row = 3 + 7 * index
        page.goto(page.url.split("#")[0] + f"#samples?row={row}")
        shown_draw(page, row)
        seen = page.locator("#sample blockquote").first.evaluate("node => node.textContent")
        assert seen == text.replace("\ud83d", "?").translate(NAMED)
    assert page.locator("#sample script, #sample img, #list img").count() == 0


def test_no_script_but_ours_runs_whatever_gets_in(browser: Any, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    tried = """() => {
        const script = document.createElement("script");
        try { script.textContent = "window.owned = 1"; document.body.append(script); } catch { }
        try { document.body.innerHTML += "<img src=x onerror='window.owned = 1'>"; } catch { return "refused"; }
    }"""
    assert page.evaluate(tried) == "refused"
    assert page.evaluate("window.owned") is None
    page.close()


@pytest.mark.parametrize("begun", [False, True])
def test_a_store_with_nothing_in_it_says_so(opened: Open, folder: Path, begun: bool) -> None:
    file = folder / f"empty-{begun}.db"
    start(file).close()
    if not begun:
        with closing(sqlite3.connect(file)) as db:
            db.executescript("delete from apis; delete from runs")
    page = opened(written(file))
    assert "No candidates yet" in page.inner_text("#funnel")
    shoot(page, f"empty-{begun}")
    page.click("#to-samples")
    page.wait_for_selector("#sample .empty")
