"""The picture of the architecture in the HTML report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.reporting import samples
from tests.reporting.browser import chromium
from tests.reporting.visiting import visit

QUEUE = "SQS queue OrdersQueue: 1 finding, worst high"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_the_picture_answers_to_pointer_and_keys(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        page = visit(context, tmp_path, samples.typical()).page

        page.get_by_role("link", name="SQS queue OrdersQueue").first.click()
        about = page.locator("#about")
        assert "high SQS030 queue-without-dlq" in about.inner_text()
        assert "Elsewhere delivers to OrdersQueue" in about.inner_text()
        assert "DelaySeconds: 5" in about.inner_text()
        assert page.locator(".node.faded").count() > 0

        page.keyboard.press("Escape")
        assert about.inner_text() == ""
        assert page.locator(".node.faded").count() == 0

        width = page.locator(".stage svg").first.bounding_box()
        page.get_by_role("button", name="Zoom in").click()
        wider = page.locator(".stage svg").first.bounding_box()
        assert width is not None
        assert wider is not None
        assert wider["width"] > width["width"]

        page.fill("#seek", "alarm")
        assert page.locator("#hits").text_content() == "1 found"
        assert page.locator(".node.picked title").text_content() == "Alarm Alarm: no finding"


def test_a_finding_leads_to_its_node(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        page = visit(context, tmp_path, samples.typical()).page

        page.locator("#rows").get_by_text("orders has no dead-letter queue").click()
        page.get_by_role("button", name="Show in the picture").click()
        picked = page.locator(".node.picked title").all_text_contents()
        assert picked == ["SNS topic Elsewhere: no finding", QUEUE]
        assert "Elsewhere: sends" in page.locator("#about").inner_text()
        assert page.locator(".node .step").all_text_contents() == ["1", "2"]
        ways = page.locator(".way.picked title").all_text_contents()
        assert ways == ["Elsewhere delivers to OrdersQueue (by Subscription, sqs)"]
        faded = page.locator(".node.faded title").all_text_contents()
        assert "SQS queue DeadQueue: no finding" in faded

        page.get_by_role("button", name="Close").click()
        assert page.locator("#about").inner_text() == ""
        assert page.locator(":is(.step, .picked, .faded)").count() == 0


def test_what_was_chosen_stays_marked_while_the_pointer_wanders(
    browser: Browser, tmp_path: Path
) -> None:
    with browser.new_context() as context:
        page = visit(context, tmp_path, samples.typical()).page
        queue = page.get_by_role("link", name="SQS queue OrdersQueue").first
        queue.click()

        page.locator(".node", has_text="DeadQueue").first.hover()
        assert (
            page.locator(".node.picked title").all_text_contents()[0].startswith("SQS queue Dead")
        )
        page.locator("h1").hover()
        assert page.locator(".node.picked title").all_text_contents() == [QUEUE]

        address = page.url
        page.locator("#about").get_by_text("Elsewhere delivers to OrdersQueue").click()
        assert "SNS topic" in page.locator("#about").inner_text()
        assert page.url == address
