"""Each limit of the diagnosis, from both sides, by fits made by hand.

The usual fit has y = sqrt(2) or -sqrt(2) and predicts z = w x. Where x = y, a row's
loss (z - y)^2 / 2 is (1 - w)^2, and where x = 0 it is 1, like the best constant's.
"""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from halfmoon.inspection.diagnosis.data_rules import separation
from halfmoon.inspection.diagnosis.fit_rules import learnable_share
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.settings import Settings
from inspection.diagnosis.fits import Fit, normal, unfitted

N = 200
FALLING = np.linspace(1.0, 0.0, 40)


def signs(n=N):
    return np.where(np.arange(n) % 2, 1.0, -1.0)


def history(loss, rate=0.01, gradient_norm=1.0, **columns):
    """A history with this loss curve."""
    epoch = 1 + np.arange(len(loss))
    record = History()
    record.append(
        epoch=epoch,
        update=epoch,
        rows=N * epoch,
        loss=np.asarray(loss),
        penalty=0.0,
        learning_rate=rate,
        gradient_norm=gradient_norm,
        **columns,
    )
    return record


def explaining(share, record=None, scale=1.0, optimizer="adam", rate=0.01, **options):
    """The usual fit, of which such a share of the best constant's loss is explained."""
    y = scale * np.sqrt(2.0) * signs()
    network = Network.dense([1, 1], [], "squared_error", initializer="zeros")
    network.theta[0] = 1.0 - np.sqrt(1.0 - share)
    settings = Settings(optimizer=optimizer, learning_rate=rate, batch_size=N)
    options = {"settings": settings} | options
    return Fit(network, record or history(FALLING), y[:, None], y, options)


# Units


def saturated(share):
    """Six of ten units are +1 or -1 in every row, and one of them is the prediction."""
    y = signs()
    network = Network.dense([1, 10, 1], "tanh", "squared_error", initializer="zeros")
    hidden, last = network.views(network.theta)
    hidden.W[0, :6] = 50.0
    last.W[0] = 1.0 - np.sqrt(1.0 - share)
    settings = Settings(batch_size=N)
    return Fit(network, history(FALLING), y[:, None], y, {"settings": settings})


# Learning rate


def ends_above(rise):
    curve = np.r_[np.linspace(1.0, 0.2, 20), np.full(16, 0.2), np.full(4, 0.2 + rise)]
    return explaining(0.5, history(curve))


def rises(by):
    """Up and down in turn: 10 of the last half's 19 steps go up."""
    up_and_down = 0.2 + by * 19.0 / 10.0 * (np.arange(20) % 2)
    return explaining(0.5, history(np.r_[np.linspace(1.0, 0.5, 20), up_and_down]))


def exploded(height, share=0.0):
    curve = np.full(40, 0.9)
    curve[0] = 1.0
    curve[3] += 0.1 + height
    return explaining(share, history(curve))


def still_falls(late, factor=1.5, epochs=10):
    """Its curvature is 2, the mean of x^2; the last fifth brought `late` of the fall.

    Plain descent is stable while curvature times rate is below 2.
    """
    curve = np.r_[1.0, np.full(epochs - 3, late), 0.0, 0.0]
    return explaining(0.5, history(curve, factor), optimizer="gd", rate=factor)


def updates(ratio, share=0.19):
    """An update of plain descent is rate |g|, the weights' length is w."""
    w = 1.0 - np.sqrt(1.0 - share)
    record = history(FALLING, gradient_norm=ratio * w / 0.01)
    return explaining(share, record, optimizer="gd")


def falls_late(share):
    curve = np.r_[1.0, np.full(29, share), np.zeros(10)]
    record = history(curve, gradient_norm=1e-9)
    return explaining(0.19, record, optimizer="gd")


# Too much learned, and too little


def validated(share, kept, n=N):
    """On validation rows x = y in a share `kept` of them, and 0 in the others."""
    y = np.sqrt(2.0) * signs(n)
    x = np.where(np.arange(n) < round(kept * n), y, 0.0)
    return explaining(share, validation=(x[:, None], y))


def learned_wrongly(share):
    """On validation rows x = -y."""
    y = np.sqrt(2.0) * signs()
    return explaining(share, validation=(-y[:, None], y))


def goes_on(epochs, patience=None):
    """So many epochs after the best one; then nothing is explained."""
    validation_loss = np.r_[np.full(4, 1.0), 0.2, np.full(epochs, 1.0)]
    loss = np.full(len(validation_loss), 0.1)
    settings = Settings(patience=patience)
    record = history(loss, validation_loss=validation_loss)
    return explaining(0.9, record, settings=settings)


def line(share, n=N):
    """A straight line explains exactly this share of y's variance, adjusted for d."""
    X, rng = normal(10, n)
    X -= X.mean(axis=0)
    line = X[:, 0] / X[:, 0].std()
    noise = rng.normal(size=n)
    noise -= np.c_[np.ones(n), X] @ np.linalg.lstsq(np.c_[np.ones(n), X], noise)[0]
    explained = 1.0 - (1.0 - share) * (n - 11) / (n - 1)
    y = np.sqrt(explained) * line + np.sqrt(1.0 - explained) * noise / noise.std()
    network = Network.dense([10, 1], [], "squared_error", initializer="zeros")
    return Fit(network, history(FALLING), X, y, {"settings": Settings()})


# Data


def columns(*sizes, mean=0.0):
    """One column for each size: mean + size or mean - size."""
    X = mean + np.outer(signs(), sizes)
    return unfitted(X, np.arange(N) // (N // 2))


def target(mean, spread):
    y = mean + spread * signs()
    network = Network.dense([1, 1], [], "squared_error", initializer="zeros")
    return Fit(network, history(FALLING), signs()[:, None], y, {})


def leak(wrong=0, n=100, copies=1, columns=3):
    """Of (n / 2)^2 pairs of rows so many stand the wrong way round."""
    copy = np.arange(float(n))
    copy[n // 2] = n // 2 - 0.5 - wrong
    noise = np.random.default_rng(0).normal(size=(n, columns - copies))
    return unfitted(np.c_[np.tile(copy[:, None], copies), noise], 2 * np.arange(n) // n)


# rule: (how it is made, where it is silent, where it speaks, the finding's number)
BORDERS = [
    ("saturated units", saturated, 0.91, 0.89, 0.6),
    ("learning rate too high", ends_above, 0.09, 0.11, 0.11),
    ("learning rate too high", rises, 0.029, 0.031, 0.031),
    ("learning rate too high", exploded, 0.95, 1.05, 1.05),
    ("learning rate too high", lambda share: exploded(3.0, share), 0.52, 0.48, 3.0),
    ("learning rate too high", still_falls, 1.1e-3, 0.9e-3, 3.0),
    ("learning rate too high", lambda rate: still_falls(0.0, rate), 0.99, 1.01, 2.02),
    ("learning rate too high", lambda n: still_falls(0.0, epochs=n), 9, 10, 3.0),
    ("learning rate too low", updates, 1.05e-4, 0.95e-4, 0.95e-4),
    ("learning rate too low", lambda share: updates(5e-5, share), 0.91, 0.89, 5e-5),
    ("learning rate too low", falls_late, 0.14, 0.16, None),
    ("overfitting", lambda kept: validated(0.5, kept), 0.55, 0.45, 0.55),
    ("overfitting", learned_wrongly, 0.09, 0.11, None),
    ("overfitting", goes_on, 100, 101, 1.0),
    ("overfitting", lambda epochs: goes_on(epochs, 150), 150, 151, 1.0),
    ("underfitting", explaining, 0.11, 0.09, 0.09),
    ("underfitting", line, 0.19, 0.21, 0.0),
    ("underfitting", lambda n: line(0.5, n), 99, 100, 0.0),
    ("unscaled inputs", columns, 9.9, 10.1, 1.01),
    ("unscaled inputs", columns, 0.031, 0.029, 0.03 / 0.029),
    ("unscaled inputs", lambda mean: columns(0.5, mean=mean), 4.9, 5.1, 1.02),
    ("unscaled inputs", lambda size: columns(3.0, size), 0.101, 0.099, 0.1 / 0.099),
    ("unscaled target", lambda spread: target(0.0, spread), 9.9, 10.1, 1.01),
    ("unscaled target", lambda spread: target(0.0, spread), 0.101, 0.099, 0.1 / 0.099),
    ("unscaled target", lambda mean: target(mean, 2.0), 19.8, 20.2, 1.01),
    ("unscaled target", lambda mean: target(mean, 0.5), 9.9, 10.1, 1.01),
    ("unscaled target", lambda share: explaining(share, scale=20.0), 0.52, 0.48, None),
    ("leaking column", leak, 3, 2, 0.9992),
    ("leaking column", lambda n: leak(n=n), 48, 50, 1.0),
    ("leaking column", lambda columns: leak(columns=columns), 2, 3, 1.0),
    ("leaking column", lambda columns: leak(0, 100, 2, columns), 5, 6, 1.0),
    ("validation set too small", lambda n: validated(0.5, 1.0, n), 20, 19, 19.0),
    (
        "validation set too small",
        lambda n: validated(1.0, 0.5, n),
        26,
        24,
        0.5 / 24**0.5,
    ),
]


@pytest.mark.parametrize(("rule", "make", "silent", "spoken", "number"), BORDERS)
def test_a_finding_begins_at_the_limit(rule, make, silent, spoken, number):
    assert make(silent).finding(rule) is None
    finding = make(spoken).finding(rule)
    assert finding is not None
    if number is not None:
        assert finding.number == pytest.approx(number, rel=1e-3, abs=1e-9)


def test_the_remedy_makes_an_update_a_thousandth_of_the_weights():
    remedy = updates(5e-5).finding("learning rate too low").remedy
    assert "learning_rate=0.2," in remedy  # 0.01 made 1/20,000


@pytest.mark.parametrize(("share", "remedy"), [(0.14, "sizes"), (0.16, "epochs")])
def test_more_epochs_are_the_remedy_while_the_loss_falls(share, remedy):
    fit = explaining(0.05, falls_late(share).history)
    assert f"Set {remedy}" in fit.finding("underfitting").remedy


@pytest.mark.parametrize(
    ("rows", "remedy"),
    [
        (200, "Keep 26% of all rows for validation, about 57 rows"),
        (90, "Keep 50% of all rows for validation, about 57 rows"),
        (89, "Cross-validate: 57 rows"),
    ],
)
def test_the_remedy_is_a_standard_error_of_two_thirds_of_the_limit(rows, remedy):
    """Instead of 24 rows 24 * (1.5 * 0.102 / 0.1)^2 = 56.3."""
    fit = validated(1.0, 0.5, 24)
    fit = fit._replace(X=fit.X[:rows], y=fit.y[:rows])
    assert fit.finding("validation set too small").remedy.startswith(remedy)


@pytest.mark.parametrize(("rows", "auc"), [(4, 0.5), (5, 1.0)])
def test_classes_of_under_5_rows_are_left_out(rows, auc):
    assert separation(np.arange(100.0), np.arange(100) < rows) == auc


@pytest.mark.parametrize(("values", "auc"), [(20, 0.5), (21, 1.0)])
def test_more_than_20_values_are_told_apart_by_quarters(values, auc):
    """Within a quarter of the values x is the same."""
    y = np.repeat(np.arange(values), 12)
    assert separation(np.searchsorted([5, 10, 15], y), y) == auc


def test_what_simple_means_explain_is_that_of_the_10_nearest_rows():
    X, rng = normal(2, N)
    y = np.sign(X[:, 0] * X[:, 1]) + 0.5 * rng.normal(size=N)
    rows = unfitted(X, y, "squared_error").case().training
    nearest = NearestNeighbors(n_neighbors=10).fit(X / X.std(axis=0)).kneighbors()[1]
    left = ((y - y[nearest].mean(axis=1)) ** 2).mean() / y.var()
    assert learnable_share(rows) == pytest.approx(1.0 - left / 1.1, rel=1e-6)
