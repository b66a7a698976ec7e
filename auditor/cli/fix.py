"""`msgaudit fix`: change templates, or show how."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.audit import audit
from auditor.cli import complain
from auditor.cli.output import to_file, to_standard_output
from auditor.collectors.template.collect import TemplateCollector
from auditor.collectors.template.discovery import STANDARD_INPUT
from auditor.collectors.template.parameters import given
from auditor.errors import ExitStatus, UsageError
from auditor.findings import Finding
from auditor.fixing.fixer import Audit, Fixed, fix
from auditor.loading import load_rules
from auditor.report import Report, Source
from auditor.rules import Rule
from auditor.selection import select


@dataclass(frozen=True, slots=True)
class FixChoices:
    """What the user asked for."""

    paths: tuple[str, ...]
    diff: bool
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    parameter: tuple[str, ...]
    parameter_file: tuple[str, ...]


def run_fix(choices: FixChoices) -> int:
    """Fix templates; raises `MsgauditError` for what the user can mend."""
    if STANDARD_INPUT in choices.paths:
        raise UsageError("standard input cannot be fixed", "Name the files.")
    rules = load_rules()
    wanted = {rule.id: rule for rule in select(rules, choices.select, choices.ignore)}
    # All rules may object to a fix, also those whose findings nobody asked to fix.
    judges = {rule.id: rule for rule in select(rules)} | wanted
    done = fix(_auditing(choices, tuple(judges.values())), lambda finding: finding.rule in wanted)
    if not done.before.audited:
        hint = "No CloudFormation, SAM or CDK template was found in what was given."
        return complain("nothing was audited", hint, ExitStatus.NOTHING_AUDITED)
    if choices.diff:
        to_standard_output("".join(_diff(done)))
        sys.stderr.write(_summary(done, "would fix"))
        return ExitStatus.FINDINGS if done.texts else ExitStatus.PASSED
    for path, content in done.texts.items():
        to_file(path, content.decode())
    to_standard_output(_summary(done, "fixed"))
    return ExitStatus.PASSED


def _auditing(choices: FixChoices, rules: tuple[Rule[Any], ...]) -> Audit:
    parameters = given(choices.parameter, choices.parameter_file)

    def run(unsaved: Mapping[str, bytes]) -> Report:
        collector = TemplateCollector(choices.paths, parameters, unsaved=unsaved)
        return audit(collector, rules, Source("template", {"paths": choices.paths}), _silent)

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
