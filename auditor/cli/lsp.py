"""`msgaudit lsp`: the language server."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from msgspec.structs import replace

from auditor.cli.fix import auditing, told
from auditor.cli.options import Choices
from auditor.cli.scan import tuned_rules
from auditor.config import NONE, Configuration, configuration
from auditor.config.files import find
from auditor.errors import UsageError
from auditor.report import Report
from auditor.selection import select

_VARIABLE = "MSGAUDIT_CONFIG"


def serve() -> None:
    """Serve one editor; raises `UsageError` without the library that speaks the protocol."""
    if find_spec("pygls") is None:
        raise UsageError("the language server needs pygls", "Install msgaudit[lsp].")
    from auditor.lsp.server import run

    run(EditorAudit())


class EditorAudit:
    """Audits texts of an editor, with the configuration of the folder it was started in.

    A configuration that changed is read anew before the next audit. While it is not valid,
    `problem` says why, and the last valid one holds. Raises `UsageError` if the first one is not.
    """

    def __init__(self) -> None:
        self.problem = ""
        self._state = _state()
        self._load()

    def __call__(self, texts: Mapping[str, bytes]) -> Report:
        """The report on texts by the real paths of their files."""
        try:
            if (state := _state()) != self._state:
                self._load()
                self._state = state
            self.problem = ""
        except UsageError as error:
            self.problem = str(error)
        return auditing(replace(self._choices, paths=tuple(texts)), self._loaded, self._rules)(
            texts
        )

    @property
    def told(self) -> tuple[str, ...]:
        """Whom alarms tell that a fix adds."""
        return told(self._choices.config)

    def _load(self) -> None:
        choices = _choices(configuration())
        loaded = tuned_rules(choices)
        self._rules = select(loaded, choices.select, choices.ignore, choices.pedantic)
        self._choices, self._loaded = choices, loaded


def _choices(settings: Configuration) -> Choices:
    given = settings.defaults()
    return Choices(
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


def _state() -> tuple[str, int, int] | None:
    """What changes when the configuration does; `None` for no file."""
    given = os.environ.get(_VARIABLE)
    path = None if given == NONE else Path(given) if given else find(Path.cwd())
    if path is None or not path.is_file():
        return None
    stat = path.stat()
    return str(path), stat.st_mtime_ns, stat.st_size
