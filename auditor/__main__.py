"""The `msgaudit` command: checks the installation, then hands over to the command line."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from auditor import __version__


def main() -> NoReturn:
    """Run the command line, and exit with its status."""
    status = _status()
    for stream in sys.stdout, sys.stderr:
        with suppress(OSError, ValueError):  # who wrote to it has been told, or has closed it
            stream.flush()
    os._exit(status)  # to take apart all that was made would only take time


def _status() -> int:
    """What the command line answers.

    `--version` is answered here, before anything but the standard library is imported.
    """
    from auditor._install import verify_installation
    from auditor.errors import InstallationError

    _open_standard_streams()
    try:
        verify_installation()
    except InstallationError as error:
        sys.stderr.write(f"msgaudit: {error}\n{error.hint}\n")
        return error.status
    if sys.argv[1:] == ["--version"]:
        return _version()
    from auditor.cli import run

    return run()


def _open_standard_streams() -> None:
    """Python has `None` for a stream that its caller has closed (`>&-`)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # It stays open until the process ends.
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def _version() -> int:
    from auditor.cli import complain
    from auditor.cli.output import to_standard_output
    from auditor.errors import UsageError

    try:
        to_standard_output(f"msgaudit {__version__}\n")
    except UsageError as error:
        return complain(str(error), error.hint, error.status)
    return 0


if __name__ == "__main__":
    main()
