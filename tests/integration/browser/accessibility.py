"""Checks by axe-core in the page itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

AXE: Final = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


async def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is shown, one line per rule.

    The script goes in by `evaluate`, because the page's content security policy keeps foreign script tags out.
    Raises `FileNotFoundError` when the page's packages are not installed (`make setup`).
    """
    await page.evaluate(AXE.read_text(encoding="utf-8") + "\n;undefined")
    found: dict[str, Any] = await page.evaluate(
        "(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", list(RULES)
    )
    return [
        f"{rule['id']} ({rule['impact']}): {[node['target'] for node in rule['nodes']]} "
        f"{rule['nodes'][0]['failureSummary']}"
        for rule in found["violations"]
    ]
