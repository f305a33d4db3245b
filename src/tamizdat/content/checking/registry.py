"""All checks, by the files of `checks/`."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from tamizdat.content import checks
from tamizdat.content.checking.shapes import Check


@functools.cache
def registry() -> dict[str, Check]:
    """Each check by its name: the `CHECK` of each file in `checks/`."""
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(checks.__path__):
        check = importlib.import_module(f"{checks.__name__}.{module.name}").CHECK
        assert isinstance(check, Check), f"checks/{module.name}.py has no CHECK"
        assert check.name not in found, f"two checks are called {check.name}"
        found[check.name] = check
    return found
