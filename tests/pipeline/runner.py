"""Runs the steps of a composite action as GitHub's runner does.

Steps that run a script run it, in the very bash that a runner calls. Steps that use another action
are answered by the test, as these actions need GitHub.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.pipeline.expressions import holds, substituted

Json = dict[str, Any]
ACTION = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Reply:
    """What an action that is used answers."""

    outputs: Mapping[str, str] = field(default_factory=dict)
    succeeds: bool = True


Action = Callable[[Mapping[str, str]], Reply]


@dataclass(slots=True)
class Run:
    """How a job with the action ended."""

    failed: bool = False
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    ran: list[str] = field(default_factory=list)
    steps: Json = field(default_factory=dict)


class Runner:
    """A fake runner with a checkout; `uses` says what the used actions answer, by their name."""

    def __init__(self, checkout: Path, temp: Path, uses: Mapping[str, Action]) -> None:
        self.checkout = checkout
        self.temp = temp
        self.uses = uses

    def run(
        self,
        inputs: Mapping[str, str] | None = None,
        event: Json | None = None,
        skipping: Mapping[str, Json] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Run:
        """Run all steps; those in `skipping` count as done, with these outputs."""
        definition = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))
        given = {name: spec.get("default", "") for name, spec in definition["inputs"].items()}
        done = Run(steps=dict(skipping or {}))
        contexts: Json = {
            "inputs": given | dict(inputs or {}),
            "github": {"event": event or {}},
            "steps": done.steps,
        }
        (self.temp / "summary").write_text("")
        for step in definition["runs"]["steps"]:
            if step.get("id") not in (skipping or {}):
                self._step(step, contexts, done, environment or {})
        done.outputs = {
            name: substituted(spec["value"], contexts)
            for name, spec in definition["outputs"].items()
        }
        done.summary = (self.temp / "summary").read_text("utf-8")
        return done

    def _step(self, step: Json, contexts: Json, done: Run, environment: Mapping[str, str]) -> None:
        reply, outcome = Reply(), "skipped"
        if holds(step.get("if", "true"), contexts, done.failed):
            done.ran.append(step["name"])
            reply = (
                self._script(step, contexts, done, environment)
                if "run" in step
                else self._used(step, contexts)
            )
            outcome = "success" if reply.succeeds else "failure"
        if outcome == "failure" and not step.get("continue-on-error"):
            done.failed = True
        if "id" in step:
            contexts["steps"][step["id"]] = {"outputs": dict(reply.outputs), "outcome": outcome}

    def _used(self, step: Json, contexts: Json) -> Reply:
        name = re.sub(r"@.*", "", step["uses"])
        given = {
            key: substituted(str(value), contexts) for key, value in step.get("with", {}).items()
        }
        return self.uses[name](given)

    def _script(
        self, step: Json, contexts: Json, done: Run, environment: Mapping[str, str]
    ) -> Reply:
        assert step["shell"] == "bash"
        script, output = self.temp / "script.sh", self.temp / "output"
        script.write_text(substituted(step["run"], contexts), encoding="utf-8")
        output.write_text("")
        variables = {
            name: substituted(str(value), contexts) for name, value in step.get("env", {}).items()
        }
        finished = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.checkout,
            env={**os.environ, **self._surroundings(output), **environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        done.log += finished.stdout
        lines = output.read_text("utf-8").splitlines()
        outputs = {name: value for name, _, value in (line.partition("=") for line in lines)}
        return Reply(outputs, finished.returncode == 0)

    def _surroundings(self, output: Path) -> dict[str, str]:
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_WORKSPACE": str(self.checkout),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "RUNNER_TEMP": str(self.temp),
        }
