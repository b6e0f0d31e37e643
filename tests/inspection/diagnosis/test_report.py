"""Diagnosis: silent on sound fits, right about planted faults."""

import dataclasses
import inspect
import re

import numpy as np
import pytest
from scipy.sparse import coo_array, csr_array

from halfmoon.inspection.diagnosis import RULES, Diagnosis, diagnose
from halfmoon.network import Network
from halfmoon.training.history import SCHEMA, History
from halfmoon.training.settings import Settings
from inspection.diagnosis.fits import N, fitted, points, scaled, votes, with_column
from inspection.diagnosis.planted import PLANTED, planted
from inspection.diagnosis.sound import SOUND

SETTINGS = {field.name for field in dataclasses.fields(Settings)}
SETTINGS |= set(inspect.signature(Network.dense).parameters)


def names(diagnosis):
    return [finding.name for finding in diagnosis.findings]


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_fit_has_no_findings(name):
    fit = SOUND[name]()
    diagnosis = fit.diagnose()
    assert not diagnosis, str(diagnosis)
    assert len(diagnosis) == 0
    loss = fit.history["loss"]
    assert loss[-1] < loss[0], "a fit that learned nothing would prove nothing"
    absent = []
    if fit.options["settings"] is None:
        absent += ["learning rate too high", "learning rate too low"]
    if fit.options["validation"] is None:
        absent += ["validation set too small"]
    assert diagnosis.rules == [name for name in RULES if name not in absent]
    assert str(diagnosis) == (
        f"No findings. Rules checked: {', '.join(diagnosis.rules)}."
    )


def test_there_are_enough_sound_fits():
    assert len(SOUND) >= 40


CASES = [
    pytest.param(rule, name, id=f"{rule}: {name}")
    for rule in PLANTED
    for name in PLANTED[rule]
]


@pytest.mark.parametrize(("rule", "name"), CASES)
def test_a_planted_fault_is_found_with_its_number_rule_and_remedy(rule, name):
    pattern, make = PLANTED[rule][name]
    fit = make()
    diagnosis = fit.diagnose()
    findings = [finding for finding in diagnosis.findings if finding.name == rule]
    assert len(findings) == 1, str(diagnosis)
    finding = findings[0]
    assert re.search(pattern, finding.message), finding.message
    assert np.isfinite(finding.number)
    assert f"{finding.number:.3g}" in str(finding)
    for text in (finding.rule, finding.message, finding.remedy):
        assert text.endswith(".") or text.endswith(").")
        assert len(text.split()) > 3
    assert set(re.findall(r"(\w+)=", finding.remedy)) <= SETTINGS, finding.remedy
    assert set(finding.change) <= SETTINGS


JARGON = re.compile(
    r"\b(loss|gradient|epoch|activation|validation|penalty|saturat|standard|deviation|"
    r"optimi|converge|overfit|underfit|initiali|sharpness|curvature)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", RULES)
def test_each_rule_says_in_plain_words_what_it_means(name):
    plain = RULES[name].plain
    assert plain[0].isupper()
    assert plain.endswith(".")
    assert plain.count(".") == 1
    assert len(plain.split()) <= 22
    assert not JARGON.search(plain), plain
    assert planted(name, next(iter(PLANTED[name]))).finding(name).plain == plain


def test_for_each_rule_there_are_at_least_five_planted_faults():
    assert set(PLANTED) == set(RULES)
    assert min(map(len, PLANTED.values())) >= 5


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_a_sentence_or_two_with_its_threshold(name):
    fit = planted(name, next(iter(PLANTED[name])))
    sentence = fit.finding(name).rule
    assert sentence == RULES[name].sentence
    assert sentence[0].isupper()
    assert "\n" not in sentence
    assert re.search(r"\d|half|fifth|tenth|two", sentence), sentence
    assert len(sentence.split()) <= 45
    assert len(re.findall(r"\.(?: |$)", sentence)) <= 2


@pytest.mark.parametrize("name", ["adam", "the tutorial"])
def test_nothing_is_changed_and_the_same_is_said_again(name):
    fit = planted("learning rate too high", name)
    X = fit.X.copy()
    y = fit.y.copy()
    w = np.ones(N)
    validation = (X[:50].copy(), y[:50].copy())
    columns = SCHEMA.names
    before = [fit.network.theta.copy(), *(fit.history[c].copy() for c in columns)]
    first = fit.diagnose(w=w, validation=validation)
    second = fit.diagnose(w=w, validation=validation)
    assert str(first) == str(second)
    assert first == second
    after = [fit.network.theta, *(fit.history[c] for c in columns)]
    for old, new in zip(
        [*before, X, y, np.ones(N), *validation],
        [*after, fit.X, fit.y, w, X[:50], y[:50]],
        strict=True,
    ):
        assert np.array_equal(old, new, equal_nan=True)


def test_a_diagnosis_is_true_if_there_are_findings_and_prints_as_paragraphs():
    X, y = with_column(*scaled(*votes(), 1e3, 2), 0.0)
    fit = fitted(X, y, names=["<b>", "0", "c", "d", "e", "f", "g"])
    diagnosis = fit.diagnose()
    assert isinstance(diagnosis, Diagnosis)
    assert diagnosis
    assert len(diagnosis) == len(diagnosis.findings) >= 2
    paragraphs = str(diagnosis).split("\n\n")
    assert len(paragraphs) == len(diagnosis)
    assert paragraphs[0].startswith(
        "Constant columns (1). The same value in all 240 rows: 0. Rule: "
    )
    first, second, *_ = (dataclasses.asdict(each) for each in diagnosis.findings)
    assert [first["name"], second["name"]] == ["constant columns", "unscaled inputs"]


def test_names_are_escaped_in_a_notebook():
    fit = fitted(*with_column(*votes(), 0.0), names=["a", "<script>", *"cdefg"])
    shown = fit.diagnose()._repr_html_()
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
    assert shown.count("<p class='finding'>") == len(fit.diagnose())
    silent = SOUND["moons"]().diagnose()._repr_html_()
    assert silent.startswith("<p class='finding'>No findings")


def test_names_come_from_a_frame():
    import pandas

    X, y = with_column(*votes(), 0.0)
    fit = fitted(X, y)
    frame = pandas.DataFrame(X, columns=list("abcdefg"))
    assert "rows: b." in str(diagnose(fit.network, fit.history, frame, y))


def test_the_learning_rate_is_checked_neither_without_settings_nor_for_a_solver():
    fit = planted("learning rate too high", "adam")
    assert "learning rate too high" not in str(fit.diagnose(settings=None))
    solved = fitted(*points("moons"), optimizer=None, epochs=50)
    for settings in (Settings(epochs=50), Settings(optimizer="lbfgs")):
        diagnosis = solved.diagnose(settings=settings)
        assert "learning rate too high" not in diagnosis.rules
    diverged = solved._replace(history=History())  # before the first epoch
    diagnosis = diverged.diagnose(settings=Settings(optimizer="lbfgs"))
    assert "learning rate too high" not in diagnosis.rules


def test_sparse_tables_are_examined_as_dense_ones():
    for X, y in (votes(), with_column(*scaled(*votes(), 1e3, 2), 0.0)):
        few = (X[:9], y[:9])
        few_sparse = (csr_array(X[:9]), y[:9])
        dense = fitted(X, y, validation=few, watch=False)
        sparse = fitted(csr_array(X), y, validation=few_sparse, watch=False)
        assert names(sparse.diagnose()) == names(dense.diagnose())


def test_of_a_very_wide_table_fewer_rows_are_drawn():
    rng = np.random.default_rng(0)
    entries = (rng.integers(0, 300, 3_000), rng.integers(0, 100_000, 3_000))
    wide = coo_array((rng.random(3_000), entries), shape=(300, 100_000)).tocsr()
    fit = fitted(wide, np.arange(300) % 2, (2,), epochs=2)
    assert fit.case().sample.X.shape[0] < 260


def test_a_network_of_any_layers_and_a_constant_target_are_no_trouble():
    X, _ = votes()
    fit = fitted(
        X,
        np.full(N, 3.0),
        (8,),
        "relu",
        "squared_error",
        dropout=[0.1, 0.2],
        epochs=300,
    )
    assert "underfitting" not in str(fit.diagnose())
    assert np.isnan(fit.case().explained) or fit.case().explained < 1.0


WRONG = {
    "network must be the fit's Network; got list": {"network": []},
    "history must be the fit's History; got dict": {"history": {}},
    "settings must be the fit's Settings, or None; got dict": {
        "settings": {"epochs": 3}
    },
    "names must be one for each of the 6 columns of X; got 2": {"names": ["a", "b"]},
    r"X must have shape \(n, 6\)": {"X": np.ones((N, 5))},
    "X has 240 rows but y has 3": {"y": [0, 1, 1]},
    r"validation must be \(X, y\) or \(X, y, w\); got ndarray": {
        "validation": np.ones((3, 6))
    },
    "Validation data: X must have shape": {"validation": (np.ones((3, 2)), [0, 1, 1])},
    "w must hold finite weights": {"w": -np.ones(N)},
}


def refused(message, fit, **changed):
    """Assert that these arguments raise a ValueError of one sentence."""
    given = {"network": fit.network, "history": fit.history, "X": fit.X, "y": fit.y}
    with pytest.raises(ValueError, match=message) as error:
        diagnose(**(given | changed))
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("message", WRONG)
def test_what_does_not_fit_is_refused_in_a_sentence(message):
    refused(message, fitted(*votes(), epochs=2), **WRONG[message])


def test_a_network_that_is_not_finite_is_refused():
    fit = fitted(*votes(), epochs=2)
    fit.network.theta[0] = np.nan
    refused("theta is not finite", fit)
