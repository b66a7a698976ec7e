"""The command as reports repeat it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from auditor.data.webhooks import masked

_PARAMETER = "--parameter"


def typed(arguments: Sequence[str]) -> str:
    """The command line without the values of parameters, which may be secrets."""
    return masked(shlex.join(["msgaudit", *_shown(arguments)]))


def _shown(arguments: Sequence[str]) -> Iterator[str]:
    before = ""
    for argument in arguments:
        option, equals, value = argument.partition("=")
        if before == _PARAMETER and equals:
            yield f"{option}=..."
        elif option == _PARAMETER and "=" in value:
            yield f"{option}={value.partition('=')[0]}=..."
        else:
            yield argument
        before = argument
