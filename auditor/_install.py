"""Guards against other packages that carry the generic names of msgaudit's own."""

from __future__ import annotations

from importlib import import_module

from auditor.errors import InstallationError

PACKAGES = ("auditor", "checks", "reports")
HINT = (
    "Install msgaudit as an application of its own: `pipx install msgaudit` or "
    "`uv tool install msgaudit`, and start it with `msgaudit`, not from a folder that has "
    "packages of these names."
)


def verify_installation() -> None:
    """Check that each top-level package is msgaudit's; raises `InstallationError` if not."""
    for name in PACKAGES:
        try:
            package = import_module(name)
        except ModuleNotFoundError as error:
            raise InstallationError(f"the package {name!r} is missing: {error}", HINT) from error
        if getattr(package, "__distribution__", None) != "msgaudit":
            where = getattr(package, "__file__", None) or "a folder without __init__.py"
            raise InstallationError(f"the package {name!r} is not msgaudit's own: {where}", HINT)
