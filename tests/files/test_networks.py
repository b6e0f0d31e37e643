"""Networks as descriptions and arrays, and back."""

import inspect
import json

import numpy as np
import pytest

from halfmoon import Dense, Dropout, Layer, Network, Scaling, layers, train
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.initializers import INITIALIZERS
from halfmoon.components.losses import LOSSES
from halfmoon.files.networks import LAYERS, describe, make
from small import X, Y, one_thread

pytestmark = one_thread


def there_and_back(network):
    description, arrays = describe(network)
    return make(json.loads(json.dumps(description, allow_nan=False)), dict(arrays))


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "elu:alpha=0.3"])
def test_every_activation_predicts_the_same_bits(activation):
    network = Network.dense([2, 5, 3], activation, seed=1)
    made = there_and_back(network)
    assert np.array_equal(made.predict(X), network.predict(X))
    assert repr(made) == repr(network)


LOSS_TEXTS = [*LOSSES, "huber:delta=0.3", "softmax_cross_entropy:sizes=2/2"]


@pytest.mark.parametrize("loss", LOSS_TEXTS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_loss_predicts_the_same_bits(loss, dtype):
    k = LOSSES.make(loss).outputs(4)
    network = Network.dense([2, 5, k], loss=loss, dtype=dtype)
    made = there_and_back(network)
    assert made.dtype == network.dtype
    assert made.predict(X).tobytes() == network.predict(X).tobytes()
    assert made.loss == network.loss


@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_every_initializer_is_kept(initializer):
    network = Network.dense([2, 5, 3], initializer=initializer)
    made = there_and_back(network)
    assert [str(layer.initializer) for layer in made.layers] == [initializer] * 2


def test_every_layer_of_halfmoon_can_be_stored():
    ours = {
        name: item
        for name, item in vars(layers).items()
        if inspect.isclass(item) and issubclass(item, Layer) and item is not Layer
    }
    assert ours == LAYERS


@pytest.mark.parametrize(
    "layer", [Dense(2, 3), Dropout(2, 0.5), Scaling(2), Scaling(2, 6.0)], ids=str
)
def test_a_layer_says_all_that_its_constructor_takes(layer):
    assert [*layer.arguments] == [*inspect.signature(type(layer)).parameters]
    assert repr(type(layer)(**layer.arguments)) == repr(layer)
    with pytest.raises(NotImplementedError, match="Layer must define arguments"):
        _ = Layer(2, 3).arguments


def test_what_layers_are_told_is_kept():
    network = Network(
        [
            Dropout(2, 0.25),
            Dense(2, 3, "relu", "zeros", 0.5),
            Scaling(3, 6.0),
            Dense(3, 2),
        ]
    )
    made = there_and_back(network)
    assert repr(made.layers) == repr(network.layers)
    assert made.layers[0].rate == 0.25
    assert made.layers[1].rate_factor == 0.5
    assert made.layers[2].rate_factor == 6.0
    assert made.layers[1].number == 1
    assert np.array_equal(made.theta, network.theta)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_the_engine_that_predicts_is_the_one_that_trained(engine):
    network = Network.dense([2, 5, 2])
    train(network, X, Y, epochs=3, engine=engine)
    made = there_and_back(network)
    assert made.engine == network.engine == engine
    assert made.predict(X).tobytes() == network.predict(X).tobytes()


def test_a_network_that_was_read_learns_as_the_other_does():
    network = Network.dense([2, 5, 2])
    train(network, X, Y, epochs=3)
    made = there_and_back(network)
    for each in (network, made):
        train(each, X, Y, epochs=3, learning_rate=0.1)
    assert np.array_equal(made.theta, network.theta)


def test_nothing_is_drawn_for_it(monkeypatch):
    description, arrays = describe(Network.dense([2, 5, 2]))
    monkeypatch.setattr(Network, "initial", None)
    make(description, arrays)


class Scaled(Dense):
    """A layer of the user's."""


def test_layers_and_engines_of_the_users_are_refused():
    with pytest.raises(
        ValueError, match=r"Scaled is a layer of your own, .* or pickle"
    ):
        describe(Network([Scaled(2, 2)]))
    network = Network.dense([2, 2])
    network.predictor = object()
    with pytest.raises(ValueError, match="an engine of your own, which is code"):
        describe(network)


def test_weights_that_are_not_finite_are_refused():
    network = Network.dense([2, 2])
    network.theta[1] = np.nan
    with pytest.raises(ValueError, match="weights are not finite; fit it anew"):
        describe(network)
    description, arrays = describe(Network.dense([2, 2]))
    arrays["layers.0.b"] = np.array([0.0, np.inf])
    with pytest.raises(ValueError, match=r"layers.0.b holds NaN or infinity"):
        make(description, arrays)


def test_what_a_layer_was_not_told_yet_has_its_default():
    description, arrays = describe(Network([Dense(2, 3, "relu", rate_factor=0.5)]))
    del description["layers"][0]["rate_factor"]
    assert make(description, dict(arrays)).layers[0].rate_factor == 1.0
    del description["layers"][0]["d"]
    with pytest.raises(ValueError, match="layer 0 cannot be made of"):
        make(description, arrays)


def change(description, **changes):
    """The description with other entries, of the first layer where it has such."""
    for name, value in changes.items():
        owner = description if name in description else description["layers"][0]
        owner[name] = value


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dtype": "float16"}, "dtype of the network must be 'float64' or 'float32'"),
        (
            {"dtype": "float32"},
            r"there must be an array layers.0.W, \(2, 3\) in float32",
        ),
        ({"engine": "os"}, "engine of the network must be"),
        ({"loss": "mine"}, "halfmoon has no loss 'mine'"),
        ({"loss": None}, "loss of the network must be a text"),
        ({"loss": "softmax_cross_entropy:sizes=2/2"}, "sizes"),
        ({"layers": []}, "at least one layer"),
        ({"layers": [1]}, "layer 0 must be one of Dense, Dropout, Scaling; got 1"),
        ({"layer": "Layer"}, "layer 0 must be one of Dense, Dropout, Scaling"),
        ({"layer": ["Dense"]}, "layer 0 must be one of Dense, Dropout, Scaling"),
        ({"layer": "Dropout"}, "layer 0 has no 'd' in this halfmoon"),
        ({"more": 1}, "layer 0 has no 'more' in this halfmoon, and a newer one"),
        ({"d": 2**60}, "d of layer 0 must be an integer in"),
        ({"d": 2.0}, "d of layer 0 must be an integer in"),
        ({"d": True}, "d of layer 0 must be an integer in"),
        ({"d": 2**40, "k": 2**40}, "there must be an array layers.0.W"),
        ({"d": 2**32, "k": 2**32}, "there must be an array layers.0.W"),
        ({"k": 4}, "there must be an array layers.0.W"),
        ({"activation": {"activation": "tanh"}}, "activation must be a text"),
        ({"activation": "eval"}, "halfmoon has no activation 'eval'"),
        ({"activation": "elu:alpha=nan"}, "alpha must be a number"),
        ({"rate_factor": {"float": "nan"}}, "rate_factor must be a number"),
        ({"rate_factor": "1"}, "layer 0 cannot be made of"),
        ({"rate_factor": [1.0]}, "layer 0 cannot be made of"),
    ],
    ids=str,
)
def test_what_describes_no_network_is_refused(changes, message):
    description, arrays = describe(Network.dense([2, 3, 2]))
    change(description, **changes)
    with pytest.raises(ValueError, match=message):
        make(description, arrays)
