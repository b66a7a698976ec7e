"""`msgaudit lsp`: the language server."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec

from auditor.cli.fix import auditing
from auditor.cli.options import Choices
from auditor.cli.scan import tuned_rules
from auditor.config import configuration
from auditor.errors import UsageError
from auditor.fixing.fixer import Audit
from auditor.report import Report
from auditor.selection import select


def serve() -> None:
    """Serve one editor; raises `UsageError` without the library that speaks the protocol."""
    if find_spec("pygls") is None:
        raise UsageError("the language server needs pygls", "Install msgaudit[lsp].")
    from auditor.lsp.server import run

    run(_audit())


def _audit() -> Audit:
    """An audit of texts of an editor, with the configuration of the folder it was started in."""
    settings = configuration(os.environ.get("MSGAUDIT_CONFIG"))
    given = settings.defaults()
    choices = Choices(
        paths=(),
        select=tuple(given.get("select", ())),
        ignore=tuple(given.get("ignore", ())),
        pedantic=bool(given.get("pedantic")),
        parameter=(),
        parameter_file=(),
        jobs=1,
        config=settings,
        inline_suppressions=bool(given.get("inline_suppressions", True)),
        skip_non_templates=True,  # what is no template is none of our business
    )
    loaded = tuned_rules(choices)
    rules = select(loaded, choices.select, choices.ignore, choices.pedantic)

    def run(texts: Mapping[str, bytes]) -> Report:
        return auditing(replace(choices, paths=tuple(texts)), loaded, rules)(texts)

    return run
