"""The whole API of the playground: with this module every operation is registered.

>>> from halfmoon.playground.opening import make_session
>>> with make_session(data="spiral") as session:
...     state = operate(session, "train", {"do": "epoch"})
...     operate(session, "state")["update"]
1
"""

import halfmoon.playground.editing
import halfmoon.playground.inspecting
import halfmoon.playground.output
import halfmoon.playground.teaching
import halfmoon.playground.training  # noqa: F401
from halfmoon.serving.operations import OPERATIONS, File, operate

__all__ = ["OPERATIONS", "File", "operate"]
