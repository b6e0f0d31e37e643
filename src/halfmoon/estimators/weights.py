"""Weights in and out: `coefs_` and `intercepts_`, read, set, or all there is.

They are shown in y's own units, so that with an identity link a forward pass by hand
gives what `predict` gives: where y was normalised, the last layer's are

    W_shown = W scale,    b_shown = b scale + mean

and what is set is divided back. Other links are no linear function, and show the
network's own weights.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from halfmoon.arrays.columns import read_numbers
from halfmoon.arrays.elementary import Array
from halfmoon.estimators.attributes import (
    LastFit,
    fitted_attributes,
    has_identity_link,
)
from halfmoon.estimators.parameters import Parameters
from halfmoon.estimators.reading import Call
from halfmoon.estimators.request import first_network, resolve
from halfmoon.estimators.targets import Targets
from halfmoon.network import Network
from halfmoon.training.run import Run
from halfmoon.training.settings import Settings

# what a layer calls them
_LETTERS = {
    "coefs_": "W",
    "coefs_init": "W",
    "intercepts_": "b",
    "intercepts_init": "b",
}


class Part(NamedTuple):
    """One layer's W or b: where it lies in the network, and how it is shown."""

    view: Array
    units: tuple[Array, Array] | None = None  # scale and shift; None: as it is

    def read(self) -> Array:
        """The view itself; or, in y's units, an array that cannot be written to."""
        if self.units is None:
            return self.view
        scale, shift = self.units
        shown = np.asarray(self.view * scale + shift)
        shown.flags.writeable = False
        return shown

    def write(self, array: Any) -> None:
        """Put an array, as it is shown, into the network."""
        if self.units is not None:
            scale, shift = self.units
            array = (array - shift) / scale
        self.view[...] = array


class WeightList(list[Array]):
    """Each layer's weights or biases, as they are shown.

    Most share memory with the network. To set an item, or a slice of them, is to write
    there.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__(part.read() for part in parts)
        self.parts = parts

    def __setitem__(self, index: Any, value: Any) -> None:
        """ValueError for another shape."""
        parts: Any = self.parts[index]
        if isinstance(parts, Part):
            parts = [parts]
            value = [value]
        for part, array in zip(parts, value, strict=True):
            shape = part.view.shape
            if shape != np.shape(array):
                raise ValueError(
                    f"The weights here have shape {shape}; got {np.shape(array)}."
                )
            part.write(array)
        super().__init__(part.read() for part in self.parts)

    def __reduce__(self) -> Any:
        """A copy or a pickle is a plain list of arrays."""
        return list, (list(self),)


class Weights(Parameters):
    """`network_`, and its weights; an estimator may be made of these alone.

    Whoever sets `coefs_` and `intercepts_` before any fit, and for a classifier
    `classes_`, has what a fit of no epochs would have left: it predicts, and
    `partial_fit`, or `fit` with `warm_start`, begins with these weights.
    """

    targets_: Targets  # what y means
    _last: LastFit
    _by_hand: dict[str, Any]  # what was set before any fit, by name

    @property
    def network_(self) -> Network:
        """The fitted network, or one made of the weights that were set by hand."""
        if "network_" not in vars(self):
            self._make_network()
        return vars(self)["network_"]

    @network_.setter
    def network_(self, network: Network) -> None:
        self.__dict__["network_"] = network

    @property
    def coefs_(self) -> list[Array]:
        """Each layer's weights W (d, k), in y's own units; may be set."""
        return self._weights("coefs_")

    @coefs_.setter
    def coefs_(self, arrays: Any) -> None:
        self._set_weights("coefs_", arrays)

    @property
    def intercepts_(self) -> list[Array]:
        """Each layer's biases b (k,), in y's own units; may be set."""
        return self._weights("intercepts_")

    @intercepts_.setter
    def intercepts_(self, arrays: Any) -> None:
        self._set_weights("intercepts_", arrays)

    def _weights(self, name: str) -> list[Array]:
        if "network_" in vars(self):
            return weights_of(self.network_, _LETTERS[name], self.targets_)
        by_hand = self._set_by_hand()
        if name not in by_hand:
            raise AttributeError(
                f"{type(self).__name__} has no weights yet; fit it, set coefs_ and "
                "intercepts_, or pass coefs_init to fit."
            )
        return by_hand[name]

    def _set_weights(self, name: str, arrays: Any) -> None:
        if "network_" in vars(self):
            set_weights(self.network_, arrays, name, self.targets_)
        else:
            self._by_hand = {**self._set_by_hand(), name: _list_of(arrays, name)}

    def _set_by_hand(self) -> dict[str, Any]:
        """What was set before any fit, by name; a fit that begins anew forgets it."""
        return vars(self).get("_by_hand", {})

    def _targets_by_hand(self, coefs: list[Array]) -> Targets:
        """What y means, where the weights were set by hand."""
        raise NotImplementedError

    def _make_network(self) -> None:
        """Set the fitted attributes, as after no epochs, from what was set by hand.

        Raises AttributeError where that is not all, ValueError for other shapes.
        """
        coefs = [np.asarray(W) for W in self.coefs_]
        biases = [np.asarray(b) for b in self.intercepts_]
        if not coefs or any(W.ndim != 2 for W in coefs):
            raise ValueError(
                "coefs_ must hold an array of shape (d, k) for each layer; got shapes "
                f"{[W.shape for W in coefs]}."
            )
        targets = self._targets_by_hand(coefs)
        request = resolve(self)
        loss = targets.loss(self.loss)
        is_single = np.can_cast(np.result_type(*coefs, *biases), np.float32)
        architecture = request.architecture(len(coefs[0]), targets, loss)
        network, seed = first_network(
            request,
            architecture,
            self.random_state,
            np.float32 if is_single else np.float64,
        )
        set_weights(network, coefs, "coefs_")
        set_weights(network, biases, "intercepts_")
        run = Run(network.theta.copy(), [])
        attributes = fitted_attributes(self, network, run, 0)
        attributes["targets_"] = targets
        attributes["n_features_in_"] = network.d
        attributes["learning_rate_init_"] = request.training.get(
            "learning_rate", Settings.learning_rate
        )
        attributes["_last"] = LastFit(
            architecture, request.initializer, seed, found_rate=False, run=None
        )
        self.__dict__.update({**attributes, **vars(self)})

    def _first_weights(self, call: Call) -> dict[str, Any]:
        """The weights to start from, by name.

        Those given to `fit`; or, where it goes on, those set by hand before any fit.
        """
        given = {"coefs_init": call.coefs_init, "intercepts_init": call.intercepts_init}
        first = {name: arrays for name, arrays in given.items() if arrays is not None}
        by_hand = self._set_by_hand() if call.one_pass or self.warm_start else {}
        for name in ("coefs_", "intercepts_"):
            if name in by_hand:
                first.setdefault(name.replace("_", "_init"), getattr(self, name))
        return first


def weights_of(
    network: Network, name: str, targets: Targets | None = None
) -> WeightList:
    """Each layer's "W", or "b"; the last one's in the units of `targets`."""
    if not network.theta.flags.writeable:  # as joblib.load(mmap_mode="r") leaves it
        network.theta = network.theta.copy()
    parameters = network.views(network.theta)
    parts = [Part(getattr(p, name)) for p in parameters if hasattr(p, name)]
    if parts and targets is not None and has_identity_link(network):
        units = targets.units(network.k)
        if units is not None:
            scale, mean = units
            shift = mean if name == "b" else np.zeros_like(mean)
            parts[-1] = Part(parts[-1].view, (scale, shift))
    return WeightList(parts)


def set_weights(
    network: Network, arrays: Any, name: str, targets: Targets | None = None
) -> None:
    """Write into each layer what `name` ("coefs_", "intercepts_init", ...) says it is.

    Raises ValueError for other shapes, or values that are not finite.
    """
    arrays = [read_numbers(each, np.float64, name) for each in _list_of(arrays, name)]
    shown = weights_of(network, _LETTERS[name], targets)
    shapes = [array.shape for array in arrays]
    wanted = [array.shape for array in shown]
    if shapes != wanted or not all(np.isfinite(array).all() for array in arrays):
        raise ValueError(
            f"{name} must hold arrays of finite numbers of shapes {wanted}; got "
            f"{shapes}."
        )
    shown[:] = arrays


def _list_of(arrays: Any, name: str) -> list[Any]:
    """What was given for all layers; ValueError where that is no list."""
    try:
        return list(arrays)
    except TypeError:
        raise ValueError(
            f"{name} must be a list of arrays, one for each layer; got {arrays!r}."
        ) from None
