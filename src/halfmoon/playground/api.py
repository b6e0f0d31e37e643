"""The whole API of the playground: with this module every operation is registered.

from halfmoon.playground.api import File, operate
from halfmoon.playground.opening import make_session

with make_session(data="spiral") as session:
    operate(session, "train", {"do": "epoch"})
    print(operate(session, "state")["update"])
"""

from halfmoon.playground import editing, output, seeing, teaching, training
from halfmoon.playground.operations import OPERATIONS, File, operate

__all__ = ["MODULES", "OPERATIONS", "File", "operate"]

# in the order in which they are documented
MODULES = (training, editing, seeing, output, teaching)
