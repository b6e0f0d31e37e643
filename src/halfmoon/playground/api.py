"""The whole API of the playground: with this module every operation is registered.

>>> from halfmoon.playground.opening import make_session
>>> with make_session(data="spiral") as session:
...     state = operate(session, "train", {"do": "epoch"})
...     operate(session, "state")["update"]
1
"""

from halfmoon.playground import editing, output, seeing, teaching, training
from halfmoon.serving.operations import OPERATIONS, File, operate

__all__ = ["MODULES", "OPERATIONS", "File", "operate"]

# in the order in which they are documented
MODULES = (training, editing, seeing, output, teaching)
