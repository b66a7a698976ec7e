"""`msgaudit lsp`: the language server."""

from __future__ import annotations

from importlib.util import find_spec

from auditor.errors import UsageError


def serve() -> None:
    """Serve one editor; raises `UsageError` without the library that speaks the protocol."""
    if find_spec("pygls") is None:
        raise UsageError("the language server needs pygls", "Install msgaudit[lsp].")
    from auditor.lsp.server import run

    run()
