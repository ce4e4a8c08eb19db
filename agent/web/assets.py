"""The built candidate page: hashed file names out of Vite's manifest, and static files with the right cache headers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from agent.web.problems import PAGE_NOT_BUILT, Problem

MANIFEST: Final = Path("build/.vite/manifest.json")
ENTRY: Final = "src/main.ts"
BUILD_PATH: Final = "/static/build/"

FOREVER: Final = "public, max-age=31536000, immutable"
"""For files whose name carries a hash of their content."""
REVALIDATE: Final = "no-cache"


class _Chunk(BaseModel):
    """An entry of the manifest (https://vite.dev/guide/backend-integration)."""

    model_config = ConfigDict(extra="ignore")

    file: str
    css: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    is_entry: bool = Field(default=False, alias="isEntry")


_MANIFEST_ADAPTER: Final = TypeAdapter(dict[str, _Chunk])


@dataclass(frozen=True, slots=True)
class PageAssets:
    """What the page loads, as paths on this server."""

    script: str
    styles: tuple[str, ...]


def page_assets(static_folder: Path) -> PageAssets:
    """Read the manifest under `static_folder`. Raises `Problem` when the page is not built."""
    try:
        chunks = _MANIFEST_ADAPTER.validate_json((static_folder / MANIFEST).read_bytes())
    except (OSError, ValidationError, json.JSONDecodeError) as error:
        raise Problem(PAGE_NOT_BUILT) from error
    entry = next((name for name, chunk in chunks.items() if chunk.is_entry and name.endswith(ENTRY)), None)
    if entry is None:
        raise Problem(PAGE_NOT_BUILT)
    styles = dict.fromkeys(style for name in _with_imports(chunks, entry) for style in chunks[name].css)
    return PageAssets(BUILD_PATH + chunks[entry].file, tuple(BUILD_PATH + style for style in styles))


def _with_imports(chunks: dict[str, _Chunk], entry: str) -> list[str]:
    """Names of a chunk and of all it imports, imports first, each once."""
    ordered: dict[str, None] = {}
    entered: set[str] = set()

    def visit(name: str) -> None:
        if name not in entered and name in chunks:
            entered.add(name)
            for imported in chunks[name].imports:
                visit(imported)
            ordered[name] = None

    visit(entry)
    return list(ordered)


class StaticFolder(StaticFiles):
    """Files under a folder; hashed ones may be kept for ever, others are asked for again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        hashed = path.startswith("build/assets/")
        response.headers["Cache-Control"] = FOREVER if hashed else REVALIDATE
        return response
