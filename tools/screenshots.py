"""Takes the pictures of the demo's report in docs/images: `python -m tools.screenshots`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from tests.reporting.browser import chromium

IMAGES = Path(__file__).parents[1] / "docs" / "images"
WIDE, NARROW = (1440, 1000), (390, 844)
TIME = "1795444731"  # so that the pictures change only with the report
Scheme = Literal["light", "dark"]


def main() -> None:
    """Audit the demo account, open its report, and take one picture of each view."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        report = _demo(Path(folder))
        _take(browser, report, "report", WIDE, "light")
        _take(browser, report, "report-narrow", NARROW, "light")
        _take(browser, report, "architecture", WIDE, "light", "#architecture")
        _take(browser, report, "architecture-narrow", NARROW, "dark", "#architecture")
        _take(browser, report, "findings", WIDE, "dark", "#findings")
        _take(browser, report, "findings-narrow", NARROW, "light", "#findings")
        _take(browser, report, "print", WIDE, "light", "#findings", print_=True)
    print("Wrote", *sorted(path.name for path in IMAGES.glob("*.png")))


def _demo(folder: Path) -> str:
    command = [sys.executable, "-m", "auditor", "scan", "--demo", "--exit-zero"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": TIME}
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)  # noqa: S603
    return (folder / "report.html").as_uri()


def _take(
    browser: Browser, report: str, name: str, size: tuple[int, int], scheme: Scheme,
    section: str = "", print_: bool = False,
) -> None:  # fmt: skip
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
    )
    page.goto(report)
    if section == "#findings":
        page.locator("#rows a").nth(4).click()
    if print_:
        page.emulate_media(media="print", color_scheme="light")
    _scroll(page, section)
    page.screenshot(path=IMAGES / f"{name}.png")
    page.close()


def _scroll(page: Page, section: str) -> None:
    if section:
        page.evaluate("place => document.querySelector(place).scrollIntoView()", section)


if __name__ == "__main__":
    main()
