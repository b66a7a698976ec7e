"""Other tools that read the same files, as far as they can be had here."""

from __future__ import annotations

import platform
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.environments import CACHE, program
from benchmarks.measure import Contender

GUARD_PACKAGE = "@cdklabs/cdk-validator-cfnguard@0.0.62"
GUARD_SERVICES = (
    "cloudwatch", "keymanagementservice", "kinesis", "lambda", "mq", "msk", "sqs", "stepfunctions",
)  # fmt: skip
GUARD_MODES = {
    "": ("--output-format", "json"),
    " structured": ("--structured", "--show-summary", "none", "--output-format", "json"),
}
_SCANNERS = {
    "cfn-lint==1.58.0": ("--non-zero-exit-code", "none", "--"),
    "cfripper==1.22.1": ("--format", "json"),
    "checkov==3.3.30": (
        "--framework", "cloudformation", "--skip-download", "--quiet", "-o", "json", "-f",
    ),
}  # fmt: skip


def peers(templates: list[str]) -> Iterator[Contender]:
    """The contenders for these templates; says of each that is missing why."""
    for requirement, options in _SCANNERS.items():
        found = program(requirement)
        if isinstance(found, str):
            print(f"{requirement} is missing: {found}")
        else:
            name = requirement.replace("==", " ")
            yield Contender(name, [str(found), *options, *templates])
    yield from _guards(templates)


def _guards(templates: list[str]) -> Iterator[Contender]:
    guard = _guard()
    if isinstance(guard, str):
        print(f"cfn-guard is missing: {guard}")
        return
    folders = [guard / "rules/control-tower/cfn-guard" / service for service in GUARD_SERVICES]
    count = sum(1 for folder in folders for _ in folder.glob("*.guard"))
    files = [f"--rules={folder}" for folder in folders]
    files += [f"--data={template}" for template in templates]
    for mode, options in GUARD_MODES.items():
        command = [str(_binary(guard)), "validate", *options, *files]
        yield Contender(f"cfn-guard{mode}, {count} rules", command)


def _binary(guard: Path) -> Path:
    system = {"Linux": "ubuntu", "Darwin": "macos"}.get(platform.system(), "")
    machine = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
    return guard / "bin" / system / machine / "cfn-guard"


def _guard() -> Path | str:
    """The unpacked npm package that ships cfn-guard with AWS Control Tower's rules, or why not."""
    package = CACHE / "package"
    if not package.exists():
        npm = shutil.which("npm")
        if npm is None:
            return f"npm is needed to fetch {GUARD_PACKAGE}"
        CACHE.mkdir(parents=True, exist_ok=True)
        fetched = subprocess.run(
            [npm, "pack", "--silent", GUARD_PACKAGE],
            cwd=CACHE,
            capture_output=True,
            text=True,
            check=False,
        )
        if fetched.returncode != 0:
            return f"npm could not fetch {GUARD_PACKAGE}: {fetched.stderr.strip()}"
        with tarfile.open(CACHE / fetched.stdout.split()[-1]) as archive:
            archive.extractall(CACHE, filter="data")
    return package if _binary(package).exists() else f"no binary for {platform.machine()}"
