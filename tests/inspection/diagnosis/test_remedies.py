"""Whoever does what a remedy says is rid of the finding."""

import ast
import dataclasses
import re
from copy import deepcopy

import numpy as np
import pytest

from halfmoon.network import Network
from halfmoon.training.train import train
from inspection.diagnosis.fits import Fit, linear
from inspection.diagnosis.planted import PLANTED, planted


def fit_again(fit, parameter, text):
    """The same fit, with one setting as the remedy says."""
    network = fit.network
    settings = fit.options["settings"]
    sizes = [layer.k for layer in network.layers[:-1] if layer.shapes]
    act = str(network.layers[0].act)
    sizes = [network.d, *sizes, network.k]
    if parameter == "activation":
        act = ast.literal_eval(text)
    elif parameter == "sizes":
        sizes = ast.literal_eval(text)
        act = "relu" if act == "identity" else act
    else:
        settings = dataclasses.replace(settings, **{parameter: ast.literal_eval(text)})
    network = Network.dense(sizes, act, network.loss, dtype=network.dtype)
    run = train(network, fit.X, fit.y, settings=settings)
    return Fit(network, run.history, fit.X, fit.y, fit.options | {"settings": settings})


def every(rule, parameter, without=()):
    """All faults planted for a rule, with the setting that its remedy sets."""
    return [(rule, name, parameter) for name in PLANTED[rule] if name not in without]


REMEDIES = [
    *every("learning rate too high", "learning_rate"),
    *every("learning rate too low", "learning_rate"),
    *every("dead units", "activation", without=("softplus under dropout", "L-BFGS")),
    ("overfitting", "random labels", "l2"),
    ("overfitting", "noise of values", "l2"),
    ("overfitting", "labels", "l2"),
    ("overfitting", "counts", "l2"),
    ("underfitting", "penalty", "l2"),
    ("underfitting", "penalty on counts", "l2"),
    ("underfitting", "a line for circles", "sizes"),
    ("underfitting", "a line for a wave", "sizes"),
    ("underfitting", "two epochs", "epochs"),
]


def advice(finding, parameter):
    """The value that a remedy gives to a setting, as text."""
    value = r"=('\w+'|\([^)]*\)|[\d.e+-]*\d)"
    return re.search(parameter + value, finding.remedy)[1]


@pytest.mark.parametrize(("rule", "name", "parameter"), REMEDIES)
def test_the_remedy_helps(rule, name, parameter):
    fit = planted(rule, name)
    for _ in range(3):  # a tenth of the rate may still be too much
        finding = fit.finding(rule)
        if finding is None:
            return
        value = advice(finding, parameter)
        assert finding.change == {parameter: ast.literal_eval(value)}
        fit = fit_again(fit, parameter, value)
    assert fit.finding(rule) is None, str(finding)


@pytest.mark.parametrize("name", PLANTED["unscaled inputs"])
def test_standardised_inputs_are_sound(name):
    fit = planted("unscaled inputs", name)
    X = (fit.X - fit.X.mean(axis=0)) / fit.X.std(axis=0)
    assert fit._replace(X=X).finding("unscaled inputs") is None


@pytest.mark.parametrize(
    "name", ["thousands", "offset", "prices", "second of two", "quantiles"]
)
def test_a_standardised_target_is_sound(name):
    fit = deepcopy(planted("unscaled target", name))
    y = (fit.y - fit.y.mean(axis=0)) / fit.y.std(axis=0)
    run = train(fit.network, fit.X, y, settings=fit.options["settings"])
    assert fit._replace(y=y, history=run.history).finding("unscaled target") is None


def test_a_larger_validation_set_is_large_enough():
    rule = "validation set too small"
    form = (
        r"Keep \d+% of all rows for validation, about \d+ rows|Cross-validate: \d+ rows"
    )
    fit = planted(rule, "weak signal")
    X, y = linear(4, 8000, noise=1.5)

    def finding(start, stop):
        return fit.validated_by(X[start:stop], y[start:stop]).finding(rule)

    still_too_small = []
    for start in range(600, 7000, 30):
        small = finding(start, start + 30)
        if small is not None:
            assert re.match(form, small.remedy)
            rows = int(re.search(r"(\d+) rows", small.remedy)[1])
            still_too_small.append(finding(start, start + rows) is not None)
    assert len(still_too_small) > 100
    assert np.mean(still_too_small) < 0.2
