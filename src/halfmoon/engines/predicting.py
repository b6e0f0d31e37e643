"""What predicts for a network after a fit, and the scratch memory for it."""

from typing import Any

from halfmoon.arrays.cached import cached_property
from halfmoon.arrays.elementary import Array
from halfmoon.engines.choose import REFERENCE, engine_by_name
from halfmoon.engines.contract import Engine, Scratch
from halfmoon.network import Network, Predictor


class EnginePredictor:
    """Predicts with an engine, for one network.

    The engine is looked up by its name when first needed, so that a pickle holds the
    name alone and needs no numba to be read. Where the engine cannot be imported, the
    reference predicts.
    """

    def __init__(self, trained_by: str) -> None:
        self.trained_by = trained_by
        self.scratch: Scratch = {}

    @cached_property
    def engine(self) -> Engine:
        """The engine that predicts in this process."""
        return engine_by_name(self.trained_by)

    @property
    def name(self) -> str:
        """The name of the engine that predicts in this process."""
        return self.engine.NAME

    def predict(self, network: Network, theta: Array, X: Any, link: bool) -> Array:
        """The prediction link(z), or the raw prediction z: (n, k)."""
        return self.engine.predict(network, theta, X, link, self.scratch)

    def __reduce__(self) -> tuple[type, tuple[str]]:
        """Pickles and copies hold the name; each copy has scratch memory of its own."""
        return EnginePredictor, (self.trained_by,)


def predictor_of(engine: Engine) -> Predictor | None:
    """What predicts for a network that this engine trained.

    None for the reference: there the network predicts by itself.
    """
    return None if engine.NAME == REFERENCE.NAME else EnginePredictor(engine.NAME)
