"""The Chromium that browser tests drive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str:
    """Where Chromium is; raises `RuntimeError` when there is none, so that no test is skipped."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    message = f"browser tests need one of {', '.join(NAMES)} on PATH: apt-get install chromium"
    raise RuntimeError(message)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()
