"""What can go wrong, each with its exit status and what the user can do about it."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """The process's answer, the same for every output format."""

    PASSED = 0
    FINDINGS = 1
    USAGE = 2
    NOTHING_AUDITED = 3
    GAPS = 4
    BUG = 70
    INTERRUPTED = 130


class MsgauditError(Exception):
    """An error that ends the run; `str()` is the message, `hint` says what to do."""

    status = ExitStatus.BUG

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(MsgauditError):
    """The command line, a parameter file or the configuration cannot be used as given."""

    status = ExitStatus.USAGE


class NothingAuditedError(MsgauditError):
    """There was no input that could be audited."""

    status = ExitStatus.NOTHING_AUDITED


class InstallationError(MsgauditError):
    """The installed packages are not msgaudit's own, or no rule was found."""

    status = ExitStatus.NOTHING_AUDITED


def where(error: BaseException) -> str:
    """The file and line that an exception comes from."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"
