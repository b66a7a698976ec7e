"""Opening a report in a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from auditor.report import Report
from reports.html import HtmlReporter


@dataclass
class Visit:
    """An open report, and what the browser said about it."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def shown(self) -> list[str]:
        """The fingerprints of the rows in view."""
        found = self.page.locator("#rows a").all()
        return [item.get_attribute("data-fingerprint") or "" for item in found]

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"select[name={name}]").select_option(value)


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
