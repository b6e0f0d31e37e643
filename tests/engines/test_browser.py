"""The engine in WebAssembly: its updates are those of NumPy's reference engine."""

import numpy as np
import pytest
from sklearn.datasets import make_moons

from engines.browsing import MANIFEST, Page, needs_node, three_classes
from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.engines import reference
from halfmoon.engines.contract import Plan, Problem, State
from halfmoon.network import Network

pytestmark = needs_node
CLOSE = {"rtol": 1e-12, "atol": 1e-12}
# a point's raw predictions grow with these, so the rules' steps are kept small
RATES = {"gd": 0.3, "momentum": 0.05, "nesterov": 0.05, "lion": 0.003}


def moons(units):
    """The tutorial's points, and its initial weights for so many hidden units."""
    np.random.seed(0)
    X, y = make_moons(200, noise=0.20)
    np.random.seed(0)
    W1 = np.random.randn(2, units) / np.sqrt(2)
    W2 = np.random.randn(units, 2) / np.sqrt(units)
    theta = np.concatenate([W1.ravel(), np.zeros(units), W2.ravel(), np.zeros(2)])
    return X, y, theta


def expected(network, theta, count, rate, *, rule="gd", batch=None, l2=0.0, seed=0):
    """theta, objective before each update, and slots, by NumPy's engine."""
    X, y = three_classes()
    one_hot = np.eye(3)[y]
    optimizer = OPTIMIZERS.make(rule)
    problem = Problem(
        network,
        X,
        one_hot,
        np.ones((len(X), 1)),
        optimizer,
        batch or len(X),
        lam=l2,
        seed=seed,
    )
    slots = [np.zeros_like(theta) for _ in range(optimizer.slots)]
    state = State(theta.copy(), slots)
    same = np.ones(count)
    plan = Plan(rate * same, optimizer.decay * same, same, same)
    measured = reference.run(problem, state, plan)
    return state.theta, measured.loss + measured.penalty, state.slots


def learned(sizes, theta, count, rate, *, activation="tanh", loss=0, rule=0, **options):
    """The same by WebAssembly, and the gradient before."""
    page = Page()
    page.set_points(*three_classes())
    page.call("set_loss", loss)
    page.call("set_rule", rule)
    page.set_network(sizes, activation)
    seed = options.get("seed", 0)
    page.call("reset", seed)
    page.write("theta", theta)
    page.call("set_training", options.get("batch", 0), options.get("l2", 0.0))
    done = page.call("run", count, rate)
    theta_read = page.read("theta", len(theta))
    losses = page.read("losses", count)
    slots = page.read("slots", 3 * len(theta))
    results = page.results()
    assert results[done] == count
    return results[theta_read], results[losses], results[slots].reshape(3, -1)


def assert_same(found, wanted):
    theta, losses, slots = found
    wanted_theta, wanted_losses, wanted_slots = wanted
    np.testing.assert_allclose(losses, wanted_losses, **CLOSE)
    np.testing.assert_allclose(theta, wanted_theta, **CLOSE)
    for slot, wanted_slot in zip(slots, wanted_slots, strict=False):
        np.testing.assert_allclose(slot, wanted_slot, **CLOSE)


def test_the_file_imports_nothing_and_exports_what_the_manifest_says():
    page = Page()
    parts = page.step("parts")
    found = page.results()[parts]
    assert found["imports"] == []
    assert sorted(found["exports"]) == sorted([*MANIFEST["exports"], "memory"])


def test_it_carries_all_activations_and_all_rules():
    assert sorted(MANIFEST["activations"]) == sorted(ACTIVATIONS)
    assert MANIFEST["activations"][0] == "tanh"
    assert MANIFEST["rules"] == list(OPTIMIZERS)
    assert set(MANIFEST["losses"]) <= set(LOSSES)
    assert MANIFEST["losses"][0] == "softmax_cross_entropy"


@pytest.mark.parametrize("activation", MANIFEST["activations"])
def test_updates_with_each_activation(activation):
    sizes = [2, 5, 4, 3]
    network = Network.dense(sizes, activation, seed=1)
    theta = network.theta
    found = learned(sizes, theta, 20, 0.2, activation=activation, l2=0.01)
    assert_same(found, expected(network, theta, 20, 0.2, l2=0.01))
    assert found[1][-1] < found[1][0]


@pytest.mark.parametrize("loss", MANIFEST["losses"])
def test_updates_with_each_loss(loss):
    sizes = [2, 6, 3]
    network = Network.dense(sizes, "tanh", loss, seed=2)
    theta = network.theta
    found = learned(sizes, theta, 20, 0.2, loss=MANIFEST["losses"].index(loss), l2=0.1)
    assert_same(found, expected(network, theta, 20, 0.2, l2=0.1))
    assert found[1][-1] < found[1][0]


@pytest.mark.parametrize("rule", MANIFEST["rules"])
def test_updates_with_each_rule(rule):
    sizes = [2, 6, 3]
    network = Network.dense(sizes, "tanh", seed=3)
    rate = RATES.get(rule, 0.02)
    index = MANIFEST["rules"].index(rule)
    found = learned(sizes, network.theta, 20, rate, rule=index, l2=0.02)
    assert_same(found, expected(network, network.theta, 20, rate, rule=rule, l2=0.02))
    assert found[1][-1] < found[1][0]


@pytest.mark.parametrize("rule", ["adam", "nadam"])
@pytest.mark.parametrize("t", [99, 12_345, 2_000_000])
def test_powers_of_late_updates(rule, t):
    """Adam's rules raise their memories to the number of the update."""
    X, y = three_classes()
    network = Network.dense([2, 3, 3], seed=3)
    page = Page()
    page.set_points(X, y)
    page.call("set_rule", MANIFEST["rules"].index(rule))
    page.set_network([2, 3, 3], theta=network.theta)
    page.call("set_updates", t)
    page.call("run", 3, 0.1)
    theta = page.read("theta", 21)
    slots = [np.zeros(21), np.zeros(21)]
    state = State(network.theta.copy(), slots, t=t)
    optimizer = OPTIMIZERS.make(rule)
    problem = Problem(network, X, np.eye(3)[y], np.ones((60, 1)), optimizer, 60)
    one = np.ones(3)
    reference.run(problem, state, Plan(0.1 * one, 0.0 * one, one, one))
    np.testing.assert_allclose(page.results()[theta], state.theta, **CLOSE)


@pytest.mark.parametrize("batch", [1, 7, 20, 59])
def test_batches_take_the_engines_order(batch):
    """Three epochs and more, each shuffled from the seed, with a short last batch."""
    sizes = [2, 4, 3]
    network = Network.dense(sizes, "tanh", seed=4)
    count = 3 * -(-60 // batch) + 2
    options = {"batch": batch, "l2": 0.01, "seed": 11}
    found = learned(sizes, network.theta, count, 0.05, **options)
    assert_same(found, expected(network, network.theta, count, 0.05, **options))


def test_the_published_losses():
    """Before training, after the first update, and after 1001 (Britz 2015)."""
    X, y, theta = moons(3)
    page = Page()
    page.set_points(X, y)
    count = page.set_network([2, 3, 2], theta=theta)
    page.call("set_training", 0, 0.01 / 200)
    before = page.call("loss")
    page.call("run", 1, 2.0)
    first = page.call("loss")
    page.call("run", 1000, 2.0)
    later = page.call("loss")
    updates = page.call("updates")
    results = page.results()
    assert results[count] == 17
    assert f"{results[before]:.6f}" == "0.583940"
    assert f"{results[first]:.6f}" == "0.432387"
    assert f"{results[later]:.6f}" == "0.068947"
    assert results[updates] == 1001


def test_loss_and_gradient_are_those_of_all_points():
    """Whatever a batch is; a thousand points go through in more than one block."""
    X, y = three_classes(1000)
    network = Network.dense([2, 7, 3], "gelu", seed=5)
    page = Page()
    page.set_points(X, y)
    page.set_network([2, 7, 3], "gelu", network.theta)
    page.call("set_training", 32, 0.1)
    loss = page.call("loss")
    gradient = page.read("gradient", network.size)
    again = page.call("loss")
    results = page.results()
    one_hot = np.eye(3)[y]
    problem = Problem(
        network,
        X,
        one_hot,
        np.ones((1000, 1)),
        OPTIMIZERS.make("gd"),
        1000,
        lam=0.1,
    )
    wanted = reference.gradient(problem, State(network.theta, []))
    np.testing.assert_allclose(results[loss], wanted.loss + wanted.penalty, **CLOSE)
    np.testing.assert_allclose(results[gradient], wanted.g, **CLOSE)
    assert results[again] == results[loss]


def test_going_back_gives_the_same_numbers():
    """theta, slots and the number of updates are all that training knows."""
    page = Page()
    page.set_points(*three_classes())
    page.call("set_rule", MANIFEST["rules"].index("adam"))
    page.set_network([2, 4, 3])
    page.call("reset", 3)
    page.call("set_training", 16, 0.0)
    page.call("run", 10, 0.01)
    theta = page.read("theta", 27)
    slots = page.read("slots", 81)
    page.call("run", 10, 0.01)
    later = page.read("theta", 27)
    first = page.results()
    page.write("theta", first[theta])
    page.write("slots", first[slots])
    page.call("set_updates", 10)
    page.call("run", 10, 0.01)
    again = page.read("theta", 27)
    results = page.results()
    assert not np.array_equal(first[theta], first[later])
    np.testing.assert_array_equal(results[again], first[later])


def test_a_call_is_like_many():
    """How many updates a call has changes no number; it has at most 4096."""
    X, y, theta = moons(3)
    results = {}
    for parts in ([300], [1, 99, 200], [5000]):
        page = Page()
        page.set_points(X, y)
        page.set_network([2, 3, 2], theta=theta)
        page.call("set_training", 64, 0.0)
        done = [page.call("run", count, 0.1) for count in parts]
        found = page.read("theta", 17)
        given = page.results()
        results[len(parts), parts[0]] = given[found]
        assert [given[place] for place in done] == [min(part, 4096) for part in parts]
    np.testing.assert_array_equal(results[1, 300], results[3, 1])
    assert not np.array_equal(results[1, 300], results[1, 5000])


def test_a_run_ends_where_numbers_are_no_longer_finite():
    """And what is left is what the updates before have made."""
    page = Page()
    page.set_points(*three_classes())
    page.set_network([2, 4, 3], "relu")
    page.call("reset", 0)
    begin = page.read("theta", 27)
    done = page.call("run", 4000, 1e80)
    theta = page.read("theta", 27)
    updates = page.call("updates")
    results = page.results()
    count = int(results[done])
    assert 0 < count < 4000
    assert results[updates] == count
    page.write("theta", results[begin])
    page.call("set_updates", 0)
    page.call("run", count, 1e80)
    again = page.read("theta", 27)
    np.testing.assert_array_equal(page.results()[again], results[theta])


def test_points_may_move_between_calls():
    """Nothing has to be called for it."""
    X, y = three_classes()
    page = Page()
    page.set_points(X, y)
    page.set_network([2, 3, 3])
    page.call("reset", 0)
    page.write("points", X + 0.25)
    moved = page.call("loss")
    page.set_points(X + 0.25, y)
    told = page.call("loss")
    results = page.results()
    assert results[moved] == results[told]


def test_the_network_stays_while_classes_do():
    X, y = three_classes()
    page = Page()
    nothing = page.set_points(X, y)
    page.set_network([2, 3, 3])
    page.call("reset", 0)
    stays = page.set_points(X[:40], y[:40])
    kept = page.call("parameters")
    goes = page.set_points(X[:40], y[:40] % 2, 2)
    gone = page.call("parameters")
    loss = page.call("loss")
    run = page.call("run", 10, 0.1)
    results = page.results()
    assert [results[place] for place in (nothing, stays, goes)] == [0, 1, 0]
    assert [results[place] for place in (kept, gone, run)] == [21, 0, 0]
    assert np.isnan(results[loss])


@pytest.mark.parametrize(
    "sizes",
    [
        [2, 3, 2],  # three classes
        [3, 3, 3],  # two inputs
        [2, 129, 3],
        [2, 64, 63, 3],  # too many parameters
        [2, 0, 3],
        [2],
        [2, 1, 1, 1, 1, 1, 1, 1, 3],
    ],
)
def test_sizes_that_do_not_fit_are_refused(sizes):
    page = Page()
    page.set_points(*three_classes())
    refused = page.set_network(sizes)
    set_now = page.call("parameters")
    results = page.results()
    assert results[refused] == 0
    assert results[set_now] == 0


def test_components_that_it_does_not_carry_are_refused():
    """Nothing changes then."""
    page = Page()
    page.set_points(*three_classes())
    page.set_network([2, 3, 3])
    page.call("reset", 0)
    before = page.call("loss")
    refused = []
    kinds = {"activation": "activations", "loss": "losses", "rule": "rules"}
    for kind, listed in kinds.items():
        for number in (-1, len(MANIFEST[listed])):
            refused.append(page.call(f"set_{kind}", number))
    refused.append(page.call("set_network", 3, len(MANIFEST["activations"])))
    gone = page.call("parameters")
    page.set_network([2, 3, 3])
    page.call("reset", 0)
    again = page.call("loss")
    results = page.results()
    assert {results[place] for place in refused} == {0}
    assert results[gone] == 0
    assert results[again] == results[before]


def test_another_activation_keeps_the_parameters():
    X, y = three_classes()
    network = Network.dense([2, 4, 3], "mish", seed=3)
    page = Page()
    page.set_points(X, y)
    page.set_network([2, 4, 3], "tanh", network.theta)
    page.call("set_activation", MANIFEST["activations"].index("mish"))
    y_hat = page.read("predict_points", 180)
    found = page.results()[y_hat].reshape(60, 3)
    np.testing.assert_allclose(found, network.predict(X), **CLOSE)


def test_a_network_without_hidden_units_is_the_baseline():
    """Softmax regression, the straight line."""
    network = Network.dense([2, 3], seed=6)
    found = learned([2, 3], network.theta, 20, 0.5)
    assert_same(found, expected(network, network.theta, 20, 0.5))
