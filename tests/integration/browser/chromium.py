"""Finds the browser that the page is tried in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class ChromiumMissing(Exception):
    """No Chromium on this machine."""


def find_chromium() -> Path:
    """The Chromium on PATH, else the one that Playwright installed. Raises `ChromiumMissing` with the fix."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    with sync_playwright() as playwright:
        installed = Path(playwright.chromium.executable_path)
    if installed.is_file():
        return installed
    raise ChromiumMissing(
        "The browser tests need Chromium and found none. `make test` installs it; by hand: "
        "`apt-get install -y chromium`, or `.venv/bin/playwright install chromium`."
    )
