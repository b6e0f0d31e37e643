"""The playground: a page on one's own machine, driven by the engine of everything else.

    setup -> data, network -> recording -> frame -> page

`setup` is every control of the page as one value, `data` the rows that it stands for,
`recording` (of the wing training) a run that can be gone back in, `frames` what the
page asks to see of it, `api` all operations on a `session`.

This package can be called: `halfmoon.playground(frame, target="price")` opens the page.
"""

import sys
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    """A package that can be called.

    `halfmoon.playground` cannot be a function: importing a module of the package sets
    this name to the package.
    """

    def __call__(
        self, source: Any = None, X: Any = None, y: Any = None, **more: Any
    ) -> Any:
        from halfmoon.playground.opening import playground

        return playground(source, X, y, **more)


sys.modules[__name__].__class__ = _Callable
