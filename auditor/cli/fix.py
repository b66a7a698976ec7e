"""`msgaudit fix`: change templates, or show how."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from auditor.audit import audit
from auditor.cli import complain
from auditor.cli.accepting import acceptance
from auditor.cli.options import Choices
from auditor.cli.output import to_file, to_standard_output
from auditor.cli.scan import templates, tuned_rules, why_nothing
from auditor.collectors.template.files import STANDARD_INPUT
from auditor.config import Configuration
from auditor.errors import ExitStatus, UsageError
from auditor.findings import Finding
from auditor.fixing.fixer import Audit, Fixed, fix
from auditor.project import root
from auditor.report import Report, Source
from auditor.rules import Rule
from auditor.selection import select


def run_fix(choices: Choices, diff: bool) -> int:
    """Fix templates; raises `MsgauditError` for what the user can mend."""
    if not choices.paths:
        raise UsageError("it is not clear what to fix", "Give template PATHS.")
    if STANDARD_INPUT in choices.paths:
        raise UsageError("standard input cannot be fixed", "Name the files.")
    loaded = tuned_rules(choices)
    chosen = select(loaded, choices.select, choices.ignore, choices.pedantic)
    wanted = {rule.id for rule in chosen}
    # All rules that count may object to a fix, also those whose findings nobody asked to fix.
    judges = tuple(dict.fromkeys((*select(loaded, (), choices.ignore), *chosen)))
    audit_ = auditing(choices, loaded, judges)
    done = fix(audit_, lambda finding: finding.rule in wanted, told=told(choices.config))
    if not done.before.audited:
        why = why_nothing(done.before, choices)
        return complain("nothing was audited", why, ExitStatus.NOTHING_AUDITED)
    if diff:
        to_standard_output("".join(_diff(done)))
        sys.stderr.write(_summary(done, "would fix"))
        return ExitStatus.FINDINGS if done.texts else ExitStatus.PASSED
    for path, content in done.texts.items():
        to_file(path, content.decode())
    to_standard_output(_summary(done, "fixed"))
    return ExitStatus.PASSED


def told(settings: Configuration) -> tuple[str, ...]:
    """Whom alarms tell that a fix adds."""
    return tuple(settings.get("alarm-actions", ()))


def auditing(choices: Choices, loaded: Sequence[Rule[Any]], rules: Sequence[Rule[Any]]) -> Audit:
    """An audit of templates with other contents by some of the loaded rules, as configured."""
    accept = acceptance(choices, loaded)

    def run(unsaved: Mapping[str, bytes]) -> Report:
        collector = templates(choices, root(), unsaved)
        source = Source("template", {"paths": choices.paths})
        return audit(collector, rules, source, _silent, choices.jobs, accept)

    return run


def _silent(_path: str) -> None:
    """Progress of the many audits of a fix would only flicker."""


def _diff(done: Fixed) -> Iterator[str]:
    from reports.safe import visible

    escaped = sys.stdout.isatty()
    for path, content in done.texts.items():
        before = Path(path).read_bytes().decode("utf-8").splitlines(keepends=True)
        after = content.decode().splitlines(keepends=True)
        shown = os.path.relpath(path)
        for line in difflib.unified_diff(before, after, f"a/{shown}", f"b/{shown}"):
            text = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            yield f"{visible(text.rstrip())}\n" if escaped else text


def _summary(done: Fixed, verb: str) -> str:
    from reports.safe import visible

    lines = [f"{verb} {_place(finding)}" for finding in done.applied]
    lines += [f"not fixed {_place(item.finding)}: {item.reason}" for item in done.refused]
    lines += [f"left to you {_place(finding)}: {finding.message}" for finding in done.brought]
    lines.append(f"{verb} {len(done.applied)}, not fixed {len(done.refused)}")
    return "".join(f"{visible(line)}\n" for line in lines)


def _place(finding: Finding) -> str:
    where = f"{finding.location.path}:{finding.location.line} " if finding.location else ""
    return f"{finding.rule} {finding.name} at {where}{finding.resource.id}"
