from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from auditor.findings import Subject
from auditor.report import Report
from tests.reporting import samples
from tests.reporting.browser import chromium, chromium_path
from tests.reporting.visiting import visit

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
FINGERPRINTS = [finding.fingerprint for finding in samples.typical().violations]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("report", [samples.typical(), samples.hostile(), samples.report()])
def test_a_report_opens_without_complaint_request_or_overflow(
    browser: Browser, tmp_path: Path, report: Report
) -> None:
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        opened = visit(context, tmp_path, report)
        for width in (1440, 390):
            opened.page.set_viewport_size({"width": width, "height": 900})

            assert opened.page.evaluate(OVERFLOW) == 0
            assert bool(opened.shown()) == bool(report.violations)
        assert opened.complaints == []
        assert opened.requests == [opened.url]


def test_the_policy_stops_scripts_and_requests(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        opened = visit(context, tmp_path, samples.typical())

        assert opened.page.evaluate(RUN_INLINE_SCRIPT) is False
        assert opened.page.evaluate(REQUEST_AN_IMAGE) == "http://127.0.0.1:9/pixel.png"


def test_hostile_names_are_text(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        opened = visit(context, tmp_path, samples.hostile())
        page = opened.page

        assert page.locator("script").count() == 2
        assert page.locator("[onload]").count() == 0
        for text in samples.HOSTILE[:2]:
            page.fill("#search", text)
            page.locator("#rows a").first.click()
            assert page.locator("#detail h3", has_text=text).count() == 1
        assert opened.complaints == []


def test_searching_filtering_and_sorting(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        opened = visit(context, tmp_path, samples.typical())
        page = opened.page
        everyone, orders, polling = FINGERPRINTS
        assert page.locator("#count").text_content() == "3 findings of 6"

        page.fill("#search", "ORDERS  dead-letter")
        assert opened.shown() == [orders]
        assert page.locator("#count").text_content() == "1 finding of 6"
        page.fill("#search", "<script>")
        assert opened.shown() == []
        assert page.locator("#nothing").is_visible()
        page.fill("#search", "")

        page.get_by_role("checkbox", name="critical").uncheck()
        assert opened.shown() == [orders, polling]
        page.get_by_role("button", name="Reset").click()
        assert opened.shown() == [everyone, orders, polling]

        opened.choose("category", "security")
        assert opened.shown() == [everyone]
        opened.choose("category", "")
        opened.choose("rule", "SQS070")
        assert opened.shown() == [polling]
        opened.choose("rule", "")
        opened.choose("sort", "resource")
        assert opened.shown() == [polling, everyone, orders]
        opened.choose("group", "rule")
        assert [row.inner_text().split("\n")[0] for row in page.locator("#rows .group").all()] == [
            "SQS070 short-polling",
            "SQS050 public-queue-policy",
            "SQS030 queue-without-dlq",
        ]


def test_accounts_regions_and_services_are_told_apart(browser: Browser, tmp_path: Path) -> None:
    (queue,) = samples.live().findings
    elsewhere = Subject("AWS::SNS::Topic", "arn:x", "t", "arn:x", "444455556666", "us-east-1")
    topic = replace(queue, resource=elsewhere, fingerprint="topic")
    with browser.new_context() as context:
        opened = visit(context, tmp_path, samples.report(queue, topic))

        for field, value in (
            ("account", "444455556666"), ("region", "us-east-1"), ("service", "SNS"),
        ):  # fmt: skip
            opened.choose(field, value)
            assert opened.shown() == ["topic"]
            opened.choose(field, "")
        assert len(opened.shown()) == 2


def test_undetermined_and_accepted_findings_are_a_choice_away(
    browser: Browser, tmp_path: Path
) -> None:
    with browser.new_context() as context:
        opened = visit(context, tmp_path, samples.typical())

        opened.choose("outcome", "undetermined")
        assert "Stage" in opened.page.locator("#rows").inner_text()
        opened.choose("outcome", "accepted")
        assert len(opened.shown()) == 2
        opened.choose("outcome", "all")
        assert len(opened.shown()) == 6


def test_a_finding_is_shown_with_all_about_it(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        page = visit(context, tmp_path, samples.typical()).page

        page.locator("#rows").get_by_text("orders has no dead-letter queue").click()
        text = page.locator("#detail").inner_text()
        for part in (
            "RedrivePolicy is absent", "Environment=dev", "Elsewhere: sends", "OrdersFn: reads",
            "It comes back after every visibility timeout.", "maxReceiveCount: 5",
            "reason: say why this is fine", "Guide: Dead Letter Queue Setup",
        ):  # fmt: skip
            assert part in text
        assert page.locator("#rows a[aria-current]").count() == 1


def test_arns_are_copied(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = visit(context, tmp_path, samples.live()).page

        page.locator("#rows a").first.click()
        page.get_by_role("button", name="Copy ARN").click()
        page.get_by_role("button", name="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == "arn:aws:sqs:eu-west-1:111122223333:orders"


def test_the_address_holds_the_state(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        opened = visit(context, tmp_path, samples.typical())
        opened.page.fill("#search", "orders")
        opened.choose("sort", "rule")
        opened.page.get_by_role("checkbox", name="low").uncheck()
        opened.page.locator("#rows a").first.click()
        address = opened.page.url

        again = context.new_page()
        again.goto(address)
        assert again.input_value("#search") == "orders"
        assert again.locator("#rows a").count() == 1
        assert not again.get_by_role("checkbox", name="low").is_checked()
        assert again.locator("#detail h3").inner_text().endswith("dead-letter queue")


def test_links_lead_to_findings_even_when_filtered_out(browser: Browser, tmp_path: Path) -> None:
    target = FINGERPRINTS[2]
    with browser.new_context(viewport={"width": 1440, "height": 300}) as context:
        page = visit(context, tmp_path, samples.typical(), f"#f={target}&q=everyone").page

        assert "polls briefly" in page.locator("#detail").inner_text()
        assert page.input_value("#search") == ""
        assert page.locator(f'#rows a[data-fingerprint="{target}"]').is_visible()


def test_arrow_keys_go_through_the_list(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        page = visit(context, tmp_path, samples.typical()).page

        page.locator("#rows a").first.click()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert "polls briefly" in page.locator("#detail h3").inner_text()
        focused = page.evaluate("document.activeElement.dataset.fingerprint")
        assert focused == FINGERPRINTS[2]


def test_the_tabulator_leads_past_the_list_to_the_details(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        page = visit(context, tmp_path, samples.typical()).page
        page.get_by_role("checkbox", name="info").focus()

        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.dataset.fingerprint") == FINGERPRINTS[0]
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.dataset.fingerprint") == FINGERPRINTS[1]
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "detail"
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.dataset.fingerprint") == FINGERPRINTS[1]


def test_only_the_rows_in_view_are_in_the_page(browser: Browser, tmp_path: Path) -> None:
    many = [
        samples.finding(samples.without_dlq, f"Queue{number:04}", f"finding {number:04}")
        for number in range(2000)
    ]
    with browser.new_context() as context:
        page = visit(context, tmp_path, samples.report(*many)).page

        assert page.locator("#rows a").count() < 60
        page.evaluate("list.scrollTop = list.scrollHeight")
        page.locator("#rows").get_by_text("finding 1999").wait_for()
        assert page.locator("#rows a").count() < 60


@pytest.mark.parametrize("scripts", [True, False])
def test_links_to_rules_lead_to_their_findings(
    browser: Browser, tmp_path: Path, scripts: bool
) -> None:
    with browser.new_context(java_script_enabled=scripts) as context:
        opened = visit(context, tmp_path, samples.typical())
        opened.page.locator("a[href='#SQS030']").click()

        place = "#findings" if scripts else "#SQS030"
        box = opened.page.locator(place).bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 200
        assert opened.shown() == ([FINGERPRINTS[1]] if scripts else [])


def test_links_to_undetermined_results_lead_to_them(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        opened = visit(context, tmp_path, samples.typical())
        opened.page.locator(".doubts a").click()

        assert opened.page.input_value("select[name=outcome]") == "undetermined"
        assert len(opened.shown()) == 1


def test_everything_is_there_without_javascript(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = visit(context, tmp_path, samples.typical()).page

        assert page.locator(".finding:visible").count() == 3
        assert page.locator(".app").is_hidden()
        for text in ("Why it matters", "maxReceiveCount: 5", "AccessDenied", "StageQueue"):
            assert page.get_by_text(text).locator("visible=true").first.is_visible()
        page.get_by_role("link", name="SQS queue OrdersQueue").first.click()
        words = page.locator("li", has_text="Elsewhere delivers to OrdersQueue")
        assert words.locator("visible=true").count() == 1


def test_printing_shows_the_findings_and_no_controls(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        page = visit(context, tmp_path, samples.typical()).page
        page.emulate_media(media="print", color_scheme="dark")

        assert page.locator("#controls").is_hidden()
        assert page.locator("#tools").is_hidden()
        assert page.locator(".finding:visible").count() == 3
        assert page.locator(".stage svg").first.is_visible()
        paper = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
        assert paper == "light"


def test_dark_and_light_follow_the_system_and_the_toggle(browser: Browser, tmp_path: Path) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(244, 246, 248)", "rgb(17, 21, 27)"
    with browser.new_context() as context:
        page = visit(context, tmp_path, samples.typical()).page
        colors = []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            colors.append(page.evaluate(background))
        assert colors == [light, dark]

        page.emulate_media(color_scheme="light")
        page.locator("#theme").click()
        assert page.evaluate(background) == dark
        page.locator("#theme").click()
        assert page.evaluate(background) == light
        assert "theme=light" in page.url


def test_axe_finds_nothing(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = visit(context, tmp_path, samples.typical()).page
        page.locator("#rows").get_by_text("orders has no dead-letter queue").click()
        page.get_by_role("button", name="Show in the picture").click()

        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert faults(page, color_scheme="light") == []
            assert faults(page, color_scheme="dark") == []


def faults(page: Page, color_scheme: Literal["light", "dark"]) -> list[tuple[str, str]]:
    page.emulate_media(color_scheme=color_scheme)
    found = Axe().run(page).response["violations"]
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found]


def test_a_missing_browser_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(RuntimeError, match="apt-get install chromium"):
        chromium_path()
