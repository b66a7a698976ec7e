from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from auditor.report import Report
from reports.html import HtmlReporter
from tests.reporting import samples
from tests.reporting.browser import chromium, chromium_path

RUN_INLINE_SCRIPT = """() => {
  const script = document.createElement("script");
  script.textContent = "window.intruder = true";
  document.head.append(script);
  return window.intruder === true;
}"""
REQUEST_AN_IMAGE = """() => new Promise((resolve) => {
  document.addEventListener("securitypolicyviolation", (event) => resolve(event.blockedURI));
  new Image().src = "http://127.0.0.1:9/pixel.png";
})"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Visit:
    """An open report, and what the browser said about it."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def shown(self) -> list[str]:
        found = self.page.locator(".finding:visible").all()
        return [item.get_attribute("id") or "" for item in found]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def visit(context: BrowserContext, folder: Path, report: Report, fragment: str = "") -> Visit:
    file = folder / "report.html"
    file.write_text(HtmlReporter().render(report), encoding="utf-8")
    page = context.new_page()
    opened = Visit(page, file.as_uri())
    page.on("console", lambda message: opened.complaints.append(message.text))
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("dialog", lambda dialog: opened.complaints.append(dialog.message))
    page.on("request", lambda request: opened.requests.append(request.url))
    page.goto(opened.url + fragment)
    return opened


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("report", [samples.typical(), samples.hostile(), samples.report()])
def test_a_report_opens_without_complaint_request_or_overflow(
    browser: Browser, tmp_path: Path, report: Report, width: int
) -> None:
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        opened = visit(context, tmp_path, report)

        assert opened.complaints == []
        assert opened.requests == [opened.url]
        assert opened.page.evaluate(OVERFLOW) == 0
        assert len(opened.shown()) == len(report.violations)


def test_the_policy_stops_scripts_and_requests(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        opened = visit(context, tmp_path, samples.typical())

        assert opened.page.evaluate(RUN_INLINE_SCRIPT) is False
        assert opened.page.evaluate(REQUEST_AN_IMAGE) == "http://127.0.0.1:9/pixel.png"


def test_hostile_names_are_text(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        page = visit(context, tmp_path, samples.hostile()).page

        assert page.locator("script").count() == 1
        assert page.locator("[onload]").count() == 0
        for text in samples.HOSTILE[:2]:
            heading = page.locator(".finding h4", has_text=text)
            assert heading.count() == 1


def test_searching_shows_what_matches(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        opened = visit(context, tmp_path, samples.typical())
        page = opened.page
        everyone, orders, polling = (
            f"f-{finding.fingerprint}" for finding in samples.typical().violations
        )
        assert page.locator("#shown").text_content() == "3 of 3 shown"

        page.fill("#search", "ORDERS  dead-letter")
        assert opened.shown() == [orders]
        assert page.locator("#shown").text_content() == "1 of 3 shown"
        assert page.locator(".rule:visible").count() == 1

        page.fill("#search", "short-polling")
        assert opened.shown() == [polling]

        page.fill("#search", "<script>")
        assert opened.shown() == []
        assert page.locator("#nothing").is_visible()

        page.fill("#search", "")
        assert opened.shown() == [everyone, orders, polling]


def test_severities_can_be_hidden(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        opened = visit(context, tmp_path, samples.typical())
        everyone, orders, polling = (
            f"f-{finding.fingerprint}" for finding in samples.typical().violations
        )

        opened.page.get_by_label("critical").uncheck()
        assert opened.shown() == [orders, polling]
        opened.page.get_by_label("low").uncheck()
        assert opened.shown() == [orders]
        opened.page.get_by_label("critical").check()
        assert opened.shown() == [everyone, orders]


def test_links_lead_to_findings_even_when_filtered_out(browser: Browser, tmp_path: Path) -> None:
    target = f"#f-{samples.typical().violations[2].fingerprint}"
    with browser.new_context(viewport={"width": 1440, "height": 300}) as context:
        page = visit(context, tmp_path, samples.typical(), target).page
        assert page.locator(f".finding:target{target}").count() == 1

        page.fill("#search", "everyone")
        assert page.locator(target).is_hidden()
        page.evaluate("location.hash = ''")
        page.evaluate(f"location.hash = '{target}'")
        page.locator(target).wait_for(state="visible")
        assert page.input_value("#search") == ""


def test_everything_is_there_without_javascript(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        opened = visit(context, tmp_path, samples.typical())
        page = opened.page

        assert len(opened.shown()) == 3
        assert page.locator("#controls").is_hidden()
        assert page.locator("#nothing").is_hidden()
        for text in ("Why it matters", "maxReceiveCount: 5", "AccessDenied", "StageQueue"):
            assert page.get_by_text(text).first.is_visible()


def test_printing_leaves_out_the_controls(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        opened = visit(context, tmp_path, samples.typical())
        opened.page.emulate_media(media="print")

        assert opened.page.locator("#controls").is_hidden()
        assert len(opened.shown()) == 3


def test_dark_and_light_follow_the_system(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        page = visit(context, tmp_path, samples.typical()).page
        colors = []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            colors.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))

        assert colors == ["rgb(244, 246, 248)", "rgb(17, 21, 27)"]


def test_a_missing_browser_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(RuntimeError, match="apt-get install chromium"):
        chromium_path()
