"""Outside suites asked of our estimators: scikit-learn's tests and checks,
imbalanced-learn's, and their company.

First come whole suites that others wrote, unmodified. Then what they leave out:
scikit-learn's callbacks, frames of three libraries, metadata routing, the HTML repr,
and what a pickle holds.
"""

import ast
import copy
import dataclasses
import functools
import hashlib
import html
import inspect
import os
import pickle
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path
from xml.etree import ElementTree

import joblib
import numpy as np
import pandas
import polars
import pyarrow
import pytest
import sklearn
from imblearn.utils import estimator_checks as imbalanced
from sklearn import neural_network
from sklearn.base import clone
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.callback.tests._utils import (
    FailingCallback,
    RecordingAutoPropagatedCallback,
    RecordingCallback,
)
from sklearn.datasets import make_classification, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning, UnsetMetadataPassedError
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    cross_validate,
    train_test_split,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks

import halfmoon
from halfmoon import MLPClassifier, MLPRegressor, datasets
from halfmoon.training import train
from halfmoon.training.loop import Fit

pytestmark = pytest.mark.usefixtures("one_blas_thread")

IN_PLACE = Path(__file__).parent / "in_place"
SITE = Path(sklearn.__file__).parents[1]
MLP_TESTS = "sklearn/neural_network/tests/test_mlp.py"
UNMODIFIED = {  # sha256 of scikit-learn's tests of its MLP, as released
    "1.9.0": "03227d1136323744bc2945ed3c3922bda3238e30769ed98715a5629f1a573e83",
    "1.9.1": "03227d1136323744bc2945ed3c3922bda3238e30769ed98715a5629f1a573e83",
}
PRIVATE = [  # of those tests, the ones that look into private attributes
    "test_fit",  # _coef_grads, ..., and coefs_ of a network that is not there yet
    "test_gradient",  # _loss_grad_lbfgs
    "test_learning_rate_warmstart",  # _optimizer
    "test_adaptive_learning_rate",  # _optimizer
    "test_n_iter_no_change",  # _no_improvement_count
    "test_n_iter_no_change_inf",  # _no_improvement_count
]
ALSO_WITH_MLPS = [  # scikit-learn's other tests that use its MLPs
    "sklearn/ensemble/tests/test_stacking.py::test_stacking_classifier_multilabel_predict_proba[MLPClassifier]",
    "sklearn/ensemble/tests/test_stacking.py::test_stacking_classifier_multilabel_auto_predict[False-auto]",
    "sklearn/ensemble/tests/test_stacking.py::test_stacking_classifier_multilabel_auto_predict[True-predict]",
    "sklearn/model_selection/tests/test_validation.py::test_learning_curve_partial_fit_regressors",
    "sklearn/utils/_repr_html/tests/test_estimator.py::test_get_visual_block_voting",
    "sklearn/utils/_repr_html/tests/test_estimator.py::test_stacking_classifier",
]

X, Y = datasets.make("moons", 120, 0.2, 0)
NAMES = np.array(["full", "new"])[Y]
WAVE = datasets.make("wave", 120, 0.1, 0)
DATA = {MLPClassifier: (X, NAMES), MLPRegressor: WAVE}

each_class = pytest.mark.parametrize(
    "cls", [MLPClassifier, MLPRegressor], ids=lambda cls: cls.__name__
)
each_solver = pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
stopping = pytest.mark.parametrize("early_stopping", [False, True], ids=["", "early"])
unfinished = pytest.mark.filterwarnings(
    "ignore:.*(Maximum iterations|failed to "
    "converge):sklearn.exceptions.ConvergenceWarning"
)
of_19 = pytest.mark.skipif(
    not sklearn.__version__.startswith("1.9."),
    reason=(
        f"scikit-learn {sklearn.__version__} is installed; what is expected here was "
        "counted in its 1.9"
    ),
)


@pytest.fixture
def routed():
    """Metadata goes where it is asked for."""
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def small(cls, **options):
    """A small network, and few epochs that nothing ends early."""
    usual = {"hidden_layer_sizes": (6,), "max_iter": 8, "random_state": 0, "tol": 0.0}
    by_updates = options.get("solver") != "lbfgs"
    usual |= {"learning_rate_init": 0.01, "batch_size": 32} if by_updates else {}
    usual |= (
        {"n_iter_no_change": 1000}
        if by_updates or options.get("early_stopping")
        else {}
    )
    return cls(**{**usual, **options})


def theta(model):
    return model.network_.theta


def predicted(model, data):
    return (
        model.predict_proba(data)
        if hasattr(model, "predict_proba")
        else model.predict(data)
    )


def run_python(program, **environment):
    """What a Python of its own says to a program."""
    command = [sys.executable, "-c", textwrap.dedent(program)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )


# scikit-learn's own tests, with our classes in place


def run_tests(plugin, *options, where):
    """Run tests of scikit-learn's with a plugin of ours: what passed ("module::name"),
    and reports of what did not.
    """
    report = where / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        plugin,
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
    ]
    command += [
        "-c",
        IN_PLACE / "pytest.ini",
        f"--rootdir={SITE}",
        f"--junitxml={report}",
        *options,
    ]
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "COV_"))
    }
    paths = os.pathsep.join(
        [str(IN_PLACE), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    environment = {
        **inherited,
        "PYTHONPATH": paths,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    done = subprocess.run(
        command,
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    passed = []
    failed = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        wrong = [
            part.text or part.get("message")
            for part in case
            if part.tag in ("failure", "error")
        ]
        if wrong:
            failed[name] = "\n".join(wrong)
        elif case.find("skipped") is None:
            passed.append(name)
    return passed, "\n\n".join(f"{name}\n{told}" for name, told in failed.items())


@pytest.fixture(scope="module")
def with_our_classes(tmp_path_factory):
    """All tests of scikit-learn's that use its MLPs as everybody may."""
    private = [f"--deselect={MLP_TESTS}::{name}" for name in PRIVATE]
    tests = [SITE / name for name in (MLP_TESTS, *ALSO_WITH_MLPS)]
    return run_tests(
        "public_classes", *tests, *private, where=tmp_path_factory.mktemp("in_place")
    )


@of_19
def test_scikit_learns_tests_of_its_mlp_are_the_released_ones():
    found = hashlib.sha256((SITE / MLP_TESTS).read_bytes()).hexdigest()
    assert UNMODIFIED.get(sklearn.__version__, found) == found


@pytest.mark.slow
@of_19
def test_scikit_learns_tests_of_its_mlp_pass_with_our_classes(with_our_classes):
    passed, failed = with_our_classes
    assert not failed, failed
    assert (
        len(
            [
                name
                for name in passed
                if name.startswith("sklearn.neural_network.tests.test_mlp::")
            ]
        )
        == 53
    )


@pytest.mark.slow
@of_19
def test_scikit_learns_other_tests_that_use_its_mlps_pass_with_our_classes(
    with_our_classes,
):
    passed, failed = with_our_classes
    assert not failed, failed
    assert (
        len([name for name in passed if not name.startswith("sklearn.neural_network.")])
        == 7
    )


@pytest.mark.slow
@of_19
def test_scikit_learns_tests_of_private_parts_pass_where_these_are_read_off_public_ones(
    tmp_path,
):
    """All but test_n_iter_no_change, which asks for patience of one epoch more than is
    set (see the next test).
    """
    asked = [name for name in PRIVATE if name != "test_n_iter_no_change"]
    passed, failed = run_tests(
        "private_parts",
        *[SITE / f"{MLP_TESTS}::{name}" for name in asked],
        where=tmp_path,
    )
    assert not failed, failed
    assert passed == [
        f"sklearn.neural_network.tests.test_mlp::{name}" for name in asked
    ]
    assert len(passed) == 5


@pytest.mark.parametrize("patience", [1, 3])
def test_patience_is_what_is_set_and_scikit_learns_is_one_epoch_more(patience):
    """Where no epoch improves by tol, the first one is the best, and n_iter_no_change
    others follow it.
    """
    options = {"tol": 1e6, "n_iter_no_change": patience, "solver": "sgd"}
    assert MLPRegressor(**options).fit(*WAVE).n_iter_ == 1 + patience
    assert neural_network.MLPRegressor(**options).fit(*WAVE).n_iter_ == 1 + patience + 1


@pytest.mark.slow
@of_19
def test_scikit_learns_tests_of_callbacks_pass_with_our_regressor_as_their_estimator(
    tmp_path,
):
    """Hooks in order and number, also where they fail; within meta-estimators, threads,
    processes and pickles; bars at 100 %; and scores, epoch by epoch, that are equal to
    those of fits with that many epochs.

    Left out are other estimators' tests, two that start a Python where no plugin could
    put anything in place, and for the sake of time those that differ from others only
    in how the scores are laid out.
    """
    others = (
        "outside_main or WhileEstimator or NoSubtaskEstimator or "
        "(test_logged_values_meta_estimator and True)"
    )
    where = SITE / "sklearn/callback/tests"
    passed, failed = run_tests(
        "iterating_estimator", where, "-k", f"not ({others})", where=tmp_path
    )
    assert not failed, failed
    assert len(passed) >= 100


# Checks of any estimator: scikit-learn's and imbalanced-learn's


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cls", "least", "cannot_run"),
    [
        (
            MLPClassifier,
            69,
            {
                "check_array_api_input",
                "check_classifiers_multilabel_output_format_decision_function",
            },
        ),
        (MLPRegressor, 61, {"check_array_api_input"}),
    ],
    ids=["classifier", "regressor"],
)
def test_scikit_learns_estimator_checks_pass(cls, least, cannot_run):
    """Skipped: what wants SCIPY_ARRAY_API set (see the next test), and a
    decision_function, which we do not have.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = estimator_checks.check_estimator(cls(), on_fail=None, on_skip=None)
    assert [
        (r["check_name"], r["exception"])
        for r in results
        if r["status"] not in ("passed", "skipped")
    ] == []
    assert [r["check_name"] for r in results if r["expected_to_fail"]] == []
    assert {r["check_name"] for r in results if r["status"] == "skipped"} == cannot_run
    assert len(results) >= least


@pytest.mark.slow
def test_the_array_api_check_passes_where_it_can_run():
    program = """
        from halfmoon import MLPClassifier, MLPRegressor
        from sklearn.utils.estimator_checks import check_array_api_input

        for model in (MLPClassifier(), MLPRegressor()):
            check_array_api_input(
                type(model).__name__, model, "numpy", expect_only_array_outputs=False
            )
            print("passed")
    """
    done = run_python(program, SCIPY_ARRAY_API="1")
    assert done.stdout == "passed\npassed\n", done.stderr


@each_class
@pytest.mark.parametrize(
    "checks", [estimator_checks, imbalanced], ids=["scikit-learn", "imbalanced-learn"]
)
def test_every_parameter_is_validated_in_scikit_learns_words(cls, checks):
    checks.check_param_validation(cls.__name__, cls())


@each_class
@stopping
@pytest.mark.parametrize(
    "checks", [estimator_checks, imbalanced], ids=["scikit-learn", "imbalanced-learn"]
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_column_names_are_kept_and_compared(cls, early_stopping, checks):
    """Also where rows are set aside and predicted, which scikit-learn expects to fail
    with its own MLPs.
    """
    model = cls(hidden_layer_sizes=(5,), max_iter=5, early_stopping=early_stopping)
    checks.check_dataframe_column_names_consistency(cls.__name__, model)


@pytest.mark.parametrize("shares", [[0.8, 0.2], [0.8, 0.1, 0.1]], ids=str)
def test_balanced_class_weights_help_the_rare_classes(shares):
    """scikit-learn's check, on the data that its tests once called it with."""
    k = len(shares)
    data = make_classification(
        200, 10, n_classes=k, n_informative=k, weights=shares, random_state=0
    )
    parts = train_test_split(
        StandardScaler().fit_transform(data[0]), data[1], test_size=0.5, random_state=0
    )
    rows, others, labels, truth = parts
    # smooth enough to tell others than the 100 rows
    model = MLPClassifier((10,), solver="lbfgs", alpha=10.0)
    estimator_checks.check_class_weight_balanced_classifiers(
        "ours", model, rows, labels, others, truth, shares
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_class_whose_rows_weigh_nothing_does_not_upset_balanced_class_weights():
    """check_estimator runs this check without class_weight; scikit-learn's SVC and
    decision tree pass it with one.
    """
    model = MLPClassifier(class_weight="balanced")
    estimator_checks.check_classifiers_one_label_sample_weights("MLPClassifier", model)


def test_labels_of_pandas_categories_are_learned_by_their_names():
    imbalanced.check_classifiers_with_encoded_labels(
        "MLPClassifier", MLPClassifier(solver="lbfgs", max_iter=1000)
    )


def test_imbalanced_learns_other_checks_cannot_apply():
    """One asks that several labels at once be refused, and ours are learned; the rest
    are for samplers.
    """
    rows, labels = make_multilabel_classification(n_samples=30, random_state=0)
    model = MLPClassifier(solver="lbfgs").fit(rows, labels)
    assert (model.predict(rows) == labels).all()
    yielded = {
        imbalanced._check_name(check) for check in imbalanced._yield_all_checks(model)
    }
    refused = "check_classifier_on_multilabel_or_multioutput_targets"
    assert yielded == {refused, "check_classifiers_with_encoded_labels"}


# scikit-learn's callbacks


class Recorder(RecordingCallback):
    """Keeps each hook's name and task (ids from the root down), and what came with each
    end of a task.
    """

    def __init__(self, stop_after=None):
        super().__init__()
        self.stop_after = stop_after
        self.told = []
        self.ends = {}

    @staticmethod
    def task(context):
        return (
            *(Recorder.task(context.parent) if context.parent else ()),
            context.task_id,
        )

    def setup(self, estimator, context):
        self.told.append(("setup", self.task(context)))
        self.root = context

    def on_fit_task_begin(self, estimator, context):
        self.told.append(("begin", self.task(context)))

    def on_fit_task_end(
        self,
        estimator,
        context,
        *,
        X=None,
        y=None,
        metadata=None,
        fitted_estimator=None,
    ):
        self.told.append(("end", self.task(context)))
        self.ends[self.task(context)] = (X, y, metadata, fitted_estimator)
        return self.stop_after is not None and self.task(context) == (
            0,
            self.stop_after - 1,
        )

    def teardown(self, estimator, context):
        self.told.append(("teardown", self.task(context)))

    @property
    def epochs(self):
        """The fitted estimators told of at the ends of epochs, by epochs done; empty
        tasks have none.
        """
        return {
            task[1] + 1: end[-1]
            for task, end in self.ends.items()
            if len(task) == 2 and end[-1] is not None
        }


def hooks(epochs):
    """What a fit of so many epochs should tell."""
    each = [(name, (0, i)) for i in range(epochs) for name in ("begin", "end")]
    return [("setup", (0,)), ("begin", (0,)), *each, ("end", (0,)), ("teardown", (0,))]


@unfinished
@each_class
@each_solver
@stopping
def test_hooks_come_in_pairs_one_for_each_epoch(cls, solver, early_stopping):
    recorder = Recorder()
    model = (
        small(cls, solver=solver, early_stopping=early_stopping)
        .set_callbacks(recorder)
        .fit(*DATA[cls])
    )
    assert model.n_iter_ == 8
    assert recorder.told == hooks(8)
    assert recorder.root.max_subtasks == 8
    assert list(recorder.epochs) == list(range(1, 9))


@each_solver
def test_a_fit_that_ends_early_has_begun_one_epoch_that_is_empty_as_scikit_learns_have(
    solver,
):
    """As LogisticRegression: a task that has begun ends, with nothing to show."""
    recorder = Recorder()
    model = (
        MLPRegressor(hidden_layer_sizes=(), solver=solver, max_iter=500, tol=0.01)
        .set_callbacks(recorder)
        .fit(*WAVE)
    )
    assert model.stopped_ in ("patience", "converged")
    assert recorder.told == hooks(model.n_iter_ + 1)
    assert recorder.ends[0, model.n_iter_] == (None, None, None, None)
    assert list(recorder.epochs) == list(range(1, model.n_iter_ + 1))


@unfinished
@each_class
@each_solver
def test_a_warm_start_counts_its_own_epochs(cls, solver):
    recorder = Recorder()
    model = small(cls, solver=solver, warm_start=True).fit(*DATA[cls])
    model.set_callbacks(recorder).fit(*DATA[cls])
    assert recorder.told == hooks(8)
    assert [fitted.n_iter_ for fitted in recorder.epochs.values()] == list(range(1, 9))
    assert len(recorder.epochs[3].loss_curve_) == 8 + 3


@each_class
def test_a_single_pass_is_a_fit_of_one_epoch(cls):
    model = small(cls)
    recorder = Recorder()
    first = {"classes": ["full", "new"]} if cls is MLPClassifier else {}
    for _ in range(3):
        recorder = Recorder()
        model.set_callbacks(recorder).partial_fit(*DATA[cls], **first)
        assert recorder.root.max_subtasks == 1
        assert recorder.told == hooks(1)
        assert np.array_equal(theta(recorder.epochs[1]), theta(model))


@unfinished
@each_class
@stopping
@pytest.mark.parametrize(
    "options",
    [
        {"solver": "adam"},
        {"solver": "adam", "average": 0.9},
        {"solver": "adam", "dropout": 0.2},
        {"solver": "sgd"},
        {"solver": "sgd", "learning_rate": "invscaling"},
        {"solver": "lbfgs"},
    ],
    ids=str,
)
def test_the_fitted_estimator_has_the_weights_of_a_fit_that_stopped_there(
    cls, options, early_stopping
):
    options = {**options, "early_stopping": early_stopping}
    recorder = Recorder()
    model = small(cls, **options).set_callbacks(recorder).fit(*DATA[cls])
    for epoch, fitted in recorder.epochs.items():
        stopped = small(cls, **options, max_iter=epoch).fit(*DATA[cls])
        assert np.array_equal(theta(fitted), theta(stopped)), epoch
        assert (fitted.n_iter_, fitted.loss_curve_) == (epoch, stopped.loss_curve_)
    assert np.array_equal(theta(recorder.ends[0,][-1]), theta(model))


@unfinished
@each_class
@each_solver
def test_the_fitted_estimator_predicts_the_bits_of_a_fit_that_stopped_there(
    cls, solver
):
    recorder = Recorder()
    rows = DATA[cls][0]
    model = small(cls, solver=solver).set_callbacks(recorder).fit(*DATA[cls])
    for epoch, fitted in recorder.epochs.items():
        stopped = small(cls, solver=solver, max_iter=epoch).fit(*DATA[cls])
        assert np.array_equal(predicted(fitted, rows), predicted(stopped, rows)), epoch
    assert np.array_equal(
        predicted(recorder.ends[0,][-1], rows), predicted(model, rows)
    )


@unfinished
@each_class
@each_solver
@stopping
def test_callbacks_change_no_bit(cls, solver, early_stopping):
    watched, alone = (
        small(cls, solver=solver, early_stopping=early_stopping) for _ in range(2)
    )
    scores = "accuracy" if cls is MLPClassifier else "r2"
    watched.set_callbacks(Recorder(), ScoringMonitor(scoring=scores)).fit(*DATA[cls])
    assert np.array_equal(theta(watched), theta(alone.fit(*DATA[cls])))
    assert watched.loss_curve_ == alone.loss_curve_
    assert watched.validation_scores_ == alone.validation_scores_


@each_class
@each_solver
@stopping
def test_a_callback_that_returns_true_stops_the_fit(cls, solver, early_stopping):
    recorder = Recorder(stop_after=3)
    options = {"solver": solver, "early_stopping": early_stopping}
    model = small(cls, **options).set_callbacks(recorder).fit(*DATA[cls])
    assert (model.n_iter_, model.stopped_) == (3, "callback")
    assert recorder.told == hooks(4)  # the last one is empty
    with pytest.warns(ConvergenceWarning):
        short = small(cls, **options, max_iter=3).fit(*DATA[cls])
    assert np.array_equal(theta(model), theta(short))


@unfinished
def test_callbacks_are_shown_the_rows_learned_from_and_labels_as_they_were_brought():
    recorder = Recorder()
    weights = np.arange(120) % 5 + 1.0
    model = small(MLPClassifier, early_stopping=True, validation_fraction=0.25)
    model.set_callbacks(recorder).fit(X, NAMES, sample_weight=weights)
    for rows, labels, metadata, _ in recorder.ends.values():
        assert rows.shape == (90, 2)
        places = [np.flatnonzero((row == X).all(axis=1))[0] for row in rows]
        assert len(set(places)) == 90
        assert np.array_equal(labels, NAMES[places])
        assert metadata.keys() == {"sample_weight"}
        assert np.array_equal(metadata["sample_weight"], weights[places])


@unfinished
@each_solver
def test_without_callbacks_nobody_looks_between_epochs(solver, monkeypatch):
    fits = []

    class Seen(Fit):
        def __init__(self, *args):
            super().__init__(*args)
            fits.append(self)

    monkeypatch.setattr(train, "Fit", Seen)
    patient = {} if solver == "lbfgs" else {"n_iter_no_change": np.inf}
    alone = small(MLPRegressor, solver=solver, **patient)
    alone.fit(*WAVE)
    alone.set_callbacks(Recorder()).fit(*WAVE)
    alone.set_callbacks().fit(*WAVE)
    assert [len(fit.callbacks) for fit in fits] == [0, 1, 0]
    assert [fit.each_epoch for fit in fits] == [False, True, False]


@unfinished
@each_class
@each_solver
@stopping
def test_progress_bars_end_at_100_percent(cls, solver, early_stopping, capsys):
    model = small(cls, solver=solver, early_stopping=early_stopping).set_callbacks(
        ProgressBar()
    )
    model.fit(*DATA[cls])
    shown = capsys.readouterr().out
    assert f"{cls.__name__} - fit" in shown
    assert shown.rstrip().splitlines()[-1].count("100%") == 1
    assert not hasattr(model, "_callback_fit_ctx")


@unfinished
@each_class
@each_solver
@stopping
def test_monitored_scores_are_those_of_fits_that_stopped_there(
    cls, solver, early_stopping
):
    rows, truth = DATA[cls]
    options = {"solver": solver, "early_stopping": early_stopping}
    if early_stopping:  # so that it is known which rows are learned from
        options["validation_fraction"] = KFold(5)
        rows = rows[24:]
        truth = truth[24:]
    scoring = "accuracy" if cls is MLPClassifier else "r2"
    monitor = ScoringMonitor(scoring=scoring)
    model = small(cls, **options).set_callbacks(monitor).fit(*DATA[cls])
    log = {row["task_id_path"]: row[scoring] for row in monitor.get_logs().data}
    assert log.pop((0,)) == model.score(rows, truth)
    assert list(log) == [(0, i) for i in range(8)]
    for (_, epoch), score in log.items():
        assert score == small(cls, **options, max_iter=epoch + 1).fit(*DATA[cls]).score(
            rows, truth
        ), epoch


@unfinished
def test_monitored_scores_count_weights():
    weights = np.where(Y == 1, 9.0, 1.0)
    monitor = ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
    model = (
        small(MLPClassifier).set_callbacks(monitor).fit(X, NAMES, sample_weight=weights)
    )
    last = monitor.get_logs().data[-1]
    weighed, alike = (
        accuracy_score(NAMES, model.predict(X), sample_weight=w)
        for w in (weights, None)
    )
    assert last["accuracy"] == weighed != alike
    assert last["neg_log_loss"] == -log_loss(
        NAMES, model.predict_proba(X), sample_weight=weights
    )


@unfinished
@pytest.mark.filterwarnings("ignore:X does not have valid feature names:UserWarning")
def test_a_monitor_of_a_fit_to_a_frame_sees_the_same_scores():
    """It is shown plain rows, without names, and warns of that, as with scikit-learn's
    own LogisticRegression.
    """
    monitors = [ScoringMonitor(scoring="neg_log_loss") for _ in range(2)]
    small(MLPClassifier).set_callbacks(monitors[0]).fit(
        pandas.DataFrame(X, columns=["a", "b"]), NAMES
    )
    small(MLPClassifier).set_callbacks(monitors[1]).fit(X, NAMES)
    logs = [monitor.get_logs().data for monitor in monitors]
    assert len(logs[0]) == 1 + 8
    assert logs[0] == logs[1]


@unfinished
def test_a_callback_that_fails_leaves_an_estimator_that_can_be_fitted():
    failing = FailingCallback(fail_at="on_fit_task_end")
    model = small(MLPRegressor).set_callbacks(failing)
    with pytest.raises(ValueError, match="Failing callback failed at on_fit_task_end"):
        model.fit(*WAVE)
    assert failing.count_hooks("teardown") == 1
    assert not hasattr(model, "_callback_fit_ctx")
    assert np.array_equal(
        theta(model.set_callbacks().fit(*WAVE)), theta(small(MLPRegressor).fit(*WAVE))
    )


@unfinished
def test_a_monitor_sees_a_single_pass():
    monitor = ScoringMonitor(scoring="r2")
    model = small(MLPRegressor).set_callbacks(monitor)
    for _ in range(3):
        model.partial_fit(*WAVE)
        assert [row["r2"] for row in monitor.get_logs().data] == [
            model.score(*WAVE)
        ] * 2


@unfinished
def test_a_pipeline_hands_its_callbacks_down(capsys):
    handed = RecordingAutoPropagatedCallback()
    monitor = ScoringMonitor(scoring="accuracy")
    pipe = make_pipeline(StandardScaler(), small(MLPClassifier).set_callbacks(monitor))
    pipe.set_callbacks(ProgressBar(max_propagation_depth=None), handed).fit(X, NAMES)
    names = [
        e["context"].estimator_name
        for e in handed.record
        if e["name"] == "on_fit_task_end"
    ]
    assert names.count("MLPClassifier") == 1 + 8
    assert handed.count_hooks("on_fit_task_begin") == handed.count_hooks(
        "on_fit_task_end"
    )
    assert (
        "Pipeline - fit-final-estimator | MLPClassifier - fit"
        in capsys.readouterr().out
    )
    scaled = StandardScaler().fit_transform(X)
    last = max(
        monitor.get_logs().data,
        key=lambda row: (len(row["task_id_path"]), row["task_id"]),
    )
    assert last["accuracy"] == small(MLPClassifier).fit(scaled, NAMES).score(
        scaled, NAMES
    )


@unfinished
def test_a_grid_search_watches_each_of_its_fits(capsys):
    recorder = Recorder()
    model = small(MLPClassifier).set_callbacks(recorder)
    search = GridSearchCV(model, {"alpha": [0.1, 10.0]}, cv=3).set_callbacks(
        ProgressBar(max_propagation_depth=None)
    )
    search.fit(X, NAMES)
    # they are tasks of the search, further down
    assert recorder.told.count(("begin", (0,))) == 0
    told = [name for name, _ in recorder.told]
    assert [told.count(name) for name in ("setup", "begin", "end", "teardown")] == [
        7,
        7 * 9,
        7 * 9,
        7,
    ]
    assert capsys.readouterr().out.count("MLPClassifier - fit") == 7
    alone = small(MLPClassifier, **search.best_params_).fit(X, NAMES)
    assert np.array_equal(theta(search.best_estimator_), theta(alone))


@unfinished
def test_a_callback_may_stop_the_fits_of_a_pipeline():
    class Soon(RecordingAutoPropagatedCallback):
        def on_fit_task_end(self, estimator, context):
            return context.task_name == "epoch" and context.task_id == 1

    pipe = (
        make_pipeline(StandardScaler(), small(MLPRegressor))
        .set_callbacks(Soon())
        .fit(*WAVE)
    )
    assert (pipe[-1].n_iter_, pipe[-1].stopped_) == (2, "callback")


# Frames


LIBRARIES = {  # how to make a table of columns, and a column
    "pandas": (pandas.DataFrame, pandas.Series),
    "polars": (polars.DataFrame, polars.Series),
    "pyarrow": (
        pyarrow.table,
        lambda values: pyarrow.chunked_array([values[:50], values[50:]]),
    ),
}
each_library = pytest.mark.parametrize(
    ("frame", "column"), LIBRARIES.values(), ids=LIBRARIES
)
COLUMNS = {"a": X[:, 0], "b": X[:, 1]}


@unfinished
@each_library
@each_class
def test_frames_are_learned_as_their_arrays_are(frame, column, cls):
    truth = NAMES if cls is MLPClassifier else X[:, 1]
    weights = np.arange(120) % 3 + 0.5
    ours = small(cls).fit(frame(COLUMNS), column(truth), sample_weight=column(weights))
    plain = small(cls).fit(X, truth, sample_weight=weights)
    assert ours.feature_names_in_.tolist() == ["a", "b"]
    assert not hasattr(plain, "feature_names_in_")
    assert np.array_equal(theta(ours), theta(plain))
    assert np.array_equal(predicted(ours, frame(COLUMNS)), predicted(plain, X))
    assert set(ours.predict(frame(COLUMNS))) <= set(plain.predict(X))
    assert ours.score(frame(COLUMNS), column(truth), column(weights)) == plain.score(
        X, truth, weights
    )
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        ours.predict(X)


@unfinished
@each_library
def test_frames_of_rows_to_stop_by_are_read_alike(frame, column):
    parts = [
        {name: values[rows] for name, values in COLUMNS.items()}
        for rows in (slice(90), slice(90, None))
    ]
    held = {
        "X_val": frame(parts[1]),
        "y_val": column(NAMES[90:]),
        "sample_weight_val": column(np.ones(30)),
    }
    ours = small(MLPClassifier).fit(frame(parts[0]), column(NAMES[:90]), **held)
    plain = small(MLPClassifier).fit(X[:90], NAMES[:90], X_val=X[90:], y_val=NAMES[90:])
    assert ours.validation_scores_ == plain.validation_scores_
    assert np.array_equal(theta(ours), theta(plain))
    with pytest.raises(
        ValueError, match="must be in the same order as they were in fit"
    ):
        small(MLPClassifier).fit(
            frame(parts[0]),
            column(NAMES[:90]),
            **{**held, "X_val": frame(dict(reversed(parts[1].items())))},
        )


@unfinished
@each_library
def test_groups_may_be_a_column(frame, column):
    groups = np.arange(120) // 4
    options = {"early_stopping": True, "validation_fraction": 0.3}
    ours = small(MLPClassifier, **options).fit(
        frame(COLUMNS), column(NAMES), groups=column(groups)
    )
    plain = small(MLPClassifier, **options).fit(X, NAMES, groups=groups)
    alone = small(MLPClassifier, **options).fit(X, NAMES)
    assert np.array_equal(theta(ours), theta(plain))
    assert not np.array_equal(theta(alone), theta(plain))


@unfinished
@each_library
@pytest.mark.parametrize(
    "method", ["predict", "predict_proba", "predict_log_proba", "hidden_activations"]
)
@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"b": X[:, 1], "a": X[:, 0]}, "must be in the same order as they were in fit"),
        (
            {"a": X[:, 0], "c": X[:, 1]},
            "unseen at fit time:\n- c\n.*yet now missing:\n- b",
        ),
        ({"a": X[:, 0]}, "yet now missing:\n- b"),
    ],
    ids=["other order", "other name", "one missing"],
)
def test_other_columns_than_the_fits_are_refused(frame, column, method, columns, says):
    model = small(MLPClassifier).fit(frame(COLUMNS), column(NAMES))
    with pytest.raises(ValueError, match=says):
        getattr(model, method)(frame(columns))


@unfinished
@each_library
def test_a_pass_over_other_columns_is_refused(frame, column):
    model = small(MLPRegressor).partial_fit(frame(COLUMNS), column(X[:, 1]))
    with pytest.raises(
        ValueError, match="must be in the same order as they were in fit"
    ):
        model.partial_fit(frame({"b": X[:, 1], "a": X[:, 0]}), column(X[:, 1]))


@each_library
@pytest.mark.parametrize(
    ("values", "says"),
    [
        (NAMES, "town"),
        (
            np.where(Y == 1, np.nan, 1.0),
            "NaN or infinity in columns town; remove or fill them",
        ),
        (
            np.where(Y == 1, np.inf, 1.0),
            "NaN or infinity in columns town; remove or fill them",
        ),
        (
            [None, *X[1:, 1].tolist()],
            "NaN or infinity in columns town; remove or fill them",
        ),
    ],
    ids=["text", "nan", "infinity", "null"],
)
def test_what_is_no_number_is_refused_by_its_columns_name(frame, column, values, says):
    with pytest.raises(ValueError, match=says):
        small(MLPClassifier).fit(frame({"a": X[:, 0], "town": values}), column(NAMES))


@unfinished
@each_library
def test_y_may_be_a_frame(frame, column):
    both = {"left": X[:, 0], "right": X[:, 1] ** 2}
    values = small(MLPRegressor).fit(frame(COLUMNS), frame(both))
    assert np.array_equal(
        values.predict(frame(COLUMNS)),
        small(MLPRegressor).fit(X, np.column_stack([*both.values()])).predict(X),
    )
    flags = {"new": Y, "high": (X[:, 1] > 0.3).astype(int)}
    labels = small(MLPClassifier).fit(frame(COLUMNS), frame(flags))
    table = np.column_stack([*flags.values()])
    assert np.array_equal(
        labels.predict(frame(COLUMNS)), small(MLPClassifier).fit(X, table).predict(X)
    )
    assert (
        labels.score(frame(COLUMNS), frame(flags))
        == (labels.predict(frame(COLUMNS)) == table).all(axis=1).mean()
    )


@unfinished
@each_library
@pytest.mark.parametrize(
    "other",
    [np.array(["east", "west", "north"])[np.arange(120) % 3], np.arange(120) % 3],
    ids=["text", "numbers"],
)
def test_several_columns_of_classes_may_be_a_frame(frame, column, other):
    """Columns of one table may be of different types, in a frame as nowhere else."""
    model = small(MLPClassifier).fit(
        frame(COLUMNS), frame({"moon": NAMES, "other": other})
    )
    assert [classes.tolist() for classes in model.classes_] == [
        ["full", "new"],
        sorted(set(other.tolist())),
    ]
    assert set(model.predict(frame(COLUMNS))[:, 0]) <= {"full", "new"}


@unfinished
@pytest.mark.parametrize(
    "labels",
    [
        pandas.Series(NAMES, dtype="category"),
        pandas.Series(NAMES, dtype="string[pyarrow]"),
        pandas.Series(NAMES, index=range(120, 0, -1), dtype=object),
        polars.Series(NAMES, dtype=polars.Categorical),
        pyarrow.array(NAMES).dictionary_encode(),
    ],
    ids=[
        "categories",
        "strings",
        "an index of its own",
        "polars categories",
        "dictionary",
    ],
)
def test_labels_of_any_make_come_back_as_they_were(labels):
    model = small(MLPClassifier, early_stopping=True).fit(X, labels)
    assert np.array_equal(
        theta(model), theta(small(MLPClassifier, early_stopping=True).fit(X, NAMES))
    )
    assert model.classes_.tolist() == ["full", "new"]
    assert model.score(X, labels) == model.score(X, NAMES)


def test_no_library_of_frames_is_imported_by_us():
    imported = set()
    for path in Path(halfmoon.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported |= {name.partition(".")[0] for name in names}
    assert "sklearn" in imported
    assert not imported & {"pandas", "polars", "pyarrow"}


@pytest.mark.slow
def test_estimators_work_where_no_library_of_frames_is_installed():
    program = """
        import sys

        class Absent:
            def find_spec(name, path=None, target=None):
                if name.partition(".")[0] in ("pandas", "polars", "pyarrow"):
                    raise ModuleNotFoundError(name)

        sys.meta_path.insert(0, Absent)
        from halfmoon import MLPClassifier, datasets
        X, y = datasets.make("moons", 120, 0.2, 0)
        model = MLPClassifier(
            (6,), solver="lbfgs", early_stopping=True, max_iter=500, random_state=0
        ).fit(X, y)
        print(model.score(X, y) > 0.8, model.predict_proba(X[:3]).shape)
        import pandas
    """
    done = run_python(program)
    assert done.stdout == "True (3, 2)\n"
    assert done.stderr.endswith("ModuleNotFoundError: pandas\n")


# Metadata routing


def test_every_input_of_fit_may_be_asked_for(routed):
    requests = MLPClassifier().get_metadata_routing()
    of_fit = {
        "sample_weight",
        "X_val",
        "y_val",
        "sample_weight_val",
        "groups",
        "coefs_init",
        "intercepts_init",
    }
    of_pass = {"sample_weight", "classes", "X_val", "y_val", "sample_weight_val"}
    assert requests.fit.requests == dict.fromkeys(of_fit)
    assert requests.partial_fit.requests == dict.fromkeys(of_pass)
    assert MLPRegressor().get_metadata_routing().partial_fit.requests == dict.fromkeys(
        of_pass - {"classes"}
    )
    assert requests.score.requests == {"sample_weight": None}


@unfinished
@each_class
def test_rows_to_stop_by_go_through_a_pipeline(routed, cls):
    rows, truth = DATA[cls]
    weights = np.arange(90) % 4 + 1.0
    model = small(cls).set_fit_request(sample_weight=True, X_val=True, y_val=True)
    scaler = StandardScaler().set_fit_request(sample_weight=False)
    pipe = Pipeline([("scale", scaler), ("model", model)], transform_input=["X_val"])
    pipe.fit(
        rows[:90], truth[:90], sample_weight=weights, X_val=rows[90:], y_val=truth[90:]
    )
    scaler = StandardScaler().fit(rows[:90])
    learn = scaler.transform(rows[:90])
    held = scaler.transform(rows[90:])
    by_hand = small(cls).fit(learn, truth[:90], weights, X_val=held, y_val=truth[90:])
    assert by_hand.validation_scores_ == pipe[-1].validation_scores_
    assert np.array_equal(theta(pipe[-1]), theta(by_hand))


@unfinished
def test_groups_reach_both_the_folds_and_each_fit(routed):
    reached = []

    class Watched(GroupKFold):
        def split(self, X, y=None, groups=None):
            reached.append(groups)
            return super().split(X, y, groups)

    groups = np.arange(120) % 10
    model = small(
        MLPRegressor, early_stopping=True, validation_fraction=Watched(4)
    ).set_fit_request(groups=True)
    cross_validate(model, *WAVE, cv=GroupKFold(5), params={"groups": groups})
    # 2 of the 10 are held out by the fold
    assert [len(set(given)) for given in reached] == [8] * 5
    assert sorted(
        group for given in reached for group in set(groups) - set(given)
    ) == list(range(10))


@unfinished
def test_weights_reach_fits_and_scores_of_a_cross_validation(routed):
    weights = np.where(Y == 1, 5.0, 1.0)
    model = (
        small(MLPClassifier)
        .set_fit_request(sample_weight=True)
        .set_score_request(sample_weight=True)
    )
    found = cross_validate(
        model,
        X,
        NAMES,
        cv=KFold(3),
        params={"sample_weight": weights},
        return_estimator=True,
    )
    for (learn, test), fitted, score in zip(
        KFold(3).split(X), found["estimator"], found["test_score"], strict=True
    ):
        by_hand = small(MLPClassifier).fit(X[learn], NAMES[learn], weights[learn])
        assert np.array_equal(theta(fitted), theta(by_hand))
        assert score == by_hand.score(X[test], NAMES[test], weights[test])


def test_metadata_that_nobody_asked_for_are_refused(routed):
    with pytest.raises(
        UnsetMetadataPassedError,
        match=r"\[X_val, y_val\] are passed but are not explicitly set",
    ):
        make_pipeline(StandardScaler(), small(MLPRegressor)).fit(
            *WAVE, X_val=WAVE[0], y_val=WAVE[1]
        )


# Parameters, repr, copies


@each_class
def test_parameters_are_what_the_constructor_takes_and_can_be_set(cls):
    model = cls(alpha=0.5)
    assert list(model.get_params()) == sorted(inspect.signature(cls).parameters)
    assert cls(**model.get_params()).get_params() == model.get_params()
    assert model.set_params(alpha=0.25, solver="lbfgs") is model
    assert (model.alpha, model.solver) == (0.25, "lbfgs")
    assert eval(repr(model), {cls.__name__: cls}).get_params() == model.get_params()
    with pytest.raises(ValueError, match="Invalid parameter 'alpa' for estimator"):
        model.set_params(alpa=1.0)


@each_class
def test_a_clone_has_the_parameters_and_nothing_else(cls):
    model = small(
        cls,
        alpha=0.5,
        solver="lbfgs",
        validation_fraction=KFold(3),
        early_stopping=True,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(*DATA[cls])
    copied = clone(model)
    assert [name for name in vars(copied) if name.endswith("_")] == []
    assert {**copied.get_params(), "validation_fraction": 0} == {
        **model.get_params(),
        "validation_fraction": 0,
    }
    assert repr(copied) == repr(model)


@each_class
def test_the_html_repr_shows_every_parameter_with_its_help(cls):
    """scikit-learn reads the help off the docstring, as numpydoc does, and shows it
    where a page is linked.
    """

    class Linked(cls):
        __doc__ = cls.__doc__
        _doc_link_module = __name__.partition(".")[0]
        _doc_link_template = "https://example.org/{estimator_name}.html"

    page = html.unescape(Linked(alpha=0.25)._repr_html_())
    for field in dataclasses.fields(cls):
        assert (
            f"{field.name}: {field.metadata['rule']}, "
            f"default={field.default!r}<br><br>{field.metadata['help']}"
        ) in page
    assert '<td class="value">0.25</td>' in page


@unfinished
@each_class
def test_the_html_repr_shows_the_fitted_attributes_once_there_are_some(cls):
    model = small(cls, solver="lbfgs", max_iter=20)
    assert "Fitted attributes" not in model._repr_html_()
    _, found, attributes = (
        model.fit(*DATA[cls])._repr_html_().partition("Fitted attributes")
    )
    assert found
    public = [
        name for name in dir(model) if name.endswith("_") and not name.startswith("_")
    ]
    assert {"coefs_", "loss_curve_", "stopped_"} <= set(public)
    assert [name for name in public if name not in attributes] == []


# Pickles


COPIES = {
    "pickle": lambda model, path: pickle.loads(pickle.dumps(model)),
    "joblib": lambda model, path: (
        joblib.dump(model, path / "model"),
        joblib.load(path / "model"),
    )[1],
    "deepcopy": lambda model, path: copy.deepcopy(model),
}
each_copy = pytest.mark.parametrize("make", COPIES.values(), ids=COPIES)


@unfinished
@each_copy
@each_class
@each_solver
def test_copies_predict_the_same_bits_and_share_nothing(cls, solver, make, tmp_path):
    model = small(cls, solver=solver, early_stopping=True).fit(*DATA[cls])
    before = predicted(model, DATA[cls][0])
    made = make(model, tmp_path)
    assert np.array_equal(predicted(made, DATA[cls][0]), before)
    assert made.loss_curve_ == model.loss_curve_
    made.coefs_[0][...] = 0.0
    assert np.array_equal(predicted(model, DATA[cls][0]), before)
    assert not np.array_equal(predicted(made, DATA[cls][0]), before)


@each_copy
@each_class
@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize(
    "more",
    [{}, {"average": 0.9}, {"dropout": 0.3}, {"learning_rate_init": "auto"}],
    ids=str,
)
def test_passes_go_on_after_loading_with_the_same_bits(
    cls, solver, make, more, tmp_path
):
    model = small(cls, solver=solver, **more)
    data = DATA[cls]
    for _ in range(3):
        model.partial_fit(
            *data, **({"classes": ["full", "new"]} if cls is MLPClassifier else {})
        )
    made = make(model, tmp_path)
    forgetful = clone(model)
    for _ in range(2):
        model.partial_fit(*data)
        made.partial_fit(*data)
    assert np.array_equal(theta(made), theta(model))
    assert made.loss_curve_ == model.loss_curve_
    # and it is more than the weights that is kept: who starts from these alone ends
    # elsewhere
    restart = {"coefs_init": made.coefs_, "intercepts_init": made.intercepts_}
    with pytest.warns(ConvergenceWarning):
        forgetful.set_params(max_iter=1).fit(*data, **restart)
    assert not np.array_equal(theta(forgetful), theta(model.partial_fit(*data)))


@unfinished
@each_copy
@each_class
@each_solver
@stopping
def test_a_warm_start_goes_on_after_loading_with_the_same_bits(
    cls, solver, early_stopping, make, tmp_path
):
    model = small(
        cls, solver=solver, early_stopping=early_stopping, warm_start=True
    ).fit(*DATA[cls])
    made = make(model, tmp_path)
    assert np.array_equal(theta(made.fit(*DATA[cls])), theta(model.fit(*DATA[cls])))
    assert made.loss_curve_ == model.loss_curve_


@unfinished
@pytest.mark.parametrize(
    ("options", "times"),
    [
        ({}, 1),
        ({"early_stopping": True}, 1),
        ({"average": 0.9}, 1),
        ({"warm_start": True}, 4),  # the network's; the run's; and Adam's two
        ({"warm_start": True, "solver": "sgd"}, 3),  # momentum's one
        ({"warm_start": True, "solver": "lbfgs"}, 2),
    ],
    ids=str,
)
def test_a_pickle_holds_the_weights_once_and_with_them_what_going_on_needs(
    options, times
):
    model = small(
        MLPClassifier, hidden_layer_sizes=(300, 300), max_iter=2, **options
    ).fit(X, NAMES)
    predicted(model, X)  # scratch memory is not for keeps
    held = len(pickle.dumps(model)) / theta(model).nbytes
    assert times <= held < times + 0.05


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_a_pickle_after_a_pass_holds_what_going_on_needs_and_no_more(solver):
    model = small(MLPRegressor, hidden_layer_sizes=(300, 300), solver=solver)
    for _ in range(3):
        model.partial_fit(*WAVE)
    held = len(pickle.dumps(model)) / theta(model).nbytes
    times = {"adam": 4, "sgd": 3}[solver]
    assert times <= held < times + 0.05


@unfinished
def test_a_model_in_shared_memory_that_cannot_be_written_predicts(tmp_path):
    """As joblib hands large models to its workers."""
    model = small(MLPClassifier).fit(X, NAMES)
    joblib.dump(model, tmp_path / "model")
    mapped = joblib.load(tmp_path / "model", mmap_mode="r")
    assert not theta(mapped).flags.writeable
    assert np.array_equal(mapped.predict_proba(X), model.predict_proba(X))
    assert np.array_equal(mapped.predict(X), model.predict(X))


@unfinished
@pytest.mark.parametrize(
    "callback", [ProgressBar, functools.partial(ScoringMonitor, scoring="r2")]
)
def test_callbacks_travel_with_the_estimator(callback, capsys):
    model = small(MLPRegressor).set_callbacks(callback())
    loaded = pickle.loads(pickle.dumps(model)).fit(*WAVE)
    again = pickle.loads(pickle.dumps(loaded))
    assert np.array_equal(
        theta(again.fit(*WAVE)), theta(small(MLPRegressor).fit(*WAVE))
    )
    assert len(again._skl_callbacks) == len(clone(again)._skl_callbacks) == 1
