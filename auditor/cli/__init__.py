"""The command line: the only part that prints or exits."""

from __future__ import annotations

import errno
import gc
import sys
from contextlib import suppress

from auditor.errors import ExitStatus, MsgauditError, where

# Nearly everything that is made lives to the end: fewer looks for garbage save a tenth.
GARBAGE = 200_000


def run() -> int:
    """Run the command line and return its exit status; no exception leaves it."""
    gc.set_threshold(GARBAGE)  # before the imports, which make most of what a small scan does
    try:
        return _run()
    except KeyboardInterrupt:
        return complain("interrupted", "", ExitStatus.INTERRUPTED)
    except MemoryError:
        hint = "Scan less at once, or with fewer processes (--jobs)."
        return complain("there is not enough memory", hint, ExitStatus.NOTHING_AUDITED)
    except Exception as error:  # a user must never meet a traceback
        return _bug(error)


def _run() -> int:
    import click

    from auditor.cli.commands import main

    try:
        return int(main.main(prog_name="msgaudit", standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        with suppress(OSError):  # nobody can be told
            error.show()
        return ExitStatus.USAGE
    except MsgauditError as error:
        return complain(str(error), error.hint, error.status)
    except click.Abort:
        return complain("interrupted", "", ExitStatus.INTERRUPTED)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        message = f"standard output cannot be written: {error.strerror}"
        return complain(message, "", ExitStatus.USAGE)


def complain(message: str, hint: str, status: ExitStatus) -> ExitStatus:
    """Say what went wrong on standard error, and what can be done."""
    lines = [f"msgaudit: {message}", *([f"  {hint}"] if hint else [])]
    with suppress(OSError):  # nobody can be told
        print(*lines, sep="\n", file=sys.stderr)
    return status


def _bug(error: Exception) -> ExitStatus:
    place = next(iter(getattr(error, "__notes__", ())), where(error))  # of another process
    message = f"internal error: {type(error).__name__}: {error} (at {place})"
    return complain(message, "This is a bug in msgaudit; please report it.", ExitStatus.BUG)
