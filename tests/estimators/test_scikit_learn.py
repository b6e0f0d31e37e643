"""Outside suites asked of our estimators: scikit-learn's and imbalanced-learn's."""

import hashlib
import inspect
import os
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path
from xml.etree import ElementTree

import pytest
import sklearn
from imblearn.utils import estimator_checks as imbalanced
from sklearn import neural_network
from sklearn.datasets import make_multilabel_classification
from sklearn.utils import estimator_checks

from halfmoon import MLPClassifier, MLPRegressor, datasets
from small import needs_callbacks, one_thread

pytestmark = one_thread


IN_PLACE = Path(__file__).parent / "in_place"


SITE = Path(sklearn.__file__).parents[1]


MLP_TESTS = "sklearn/neural_network/tests/test_mlp.py"


UNMODIFIED = {  # sha256 of scikit-learn's tests of its MLP, as released
    "1.6.0": "688db9cc2e9c62a63d1dcec8979f3c70d1c64f0ab02786b28ebdfc11b503762e",
    "1.6.1": "688db9cc2e9c62a63d1dcec8979f3c70d1c64f0ab02786b28ebdfc11b503762e",
    "1.7.2": "202613ca0d817f5e6ce273e1c41123ab9ad48f7f1df0382be5d036fcf0114c03",
    "1.8.0": "1f5991f87af0f9c1f67ad7cf079e4ffb6222679ae805c0a1ba7cbefa7c7204cc",
    "1.9.0": "03227d1136323744bc2945ed3c3922bda3238e30769ed98715a5629f1a573e83",
    "1.9.1": "03227d1136323744bc2945ed3c3922bda3238e30769ed98715a5629f1a573e83",
}


VERSION = ".".join(sklearn.__version__.split(".")[:2])


PUBLIC = {"1.6": 50, "1.7": 53, "1.8": 53, "1.9": 54}  # of them, all but PRIVATE


PRIVATE = [  # of those tests, the ones that look into private attributes
    "test_gradient",  # _loss_grad_lbfgs
    "test_learning_rate_warmstart",  # _optimizer
    "test_adaptive_learning_rate",  # _optimizer
    "test_n_iter_no_change",  # _no_improvement_count
    "test_n_iter_no_change_inf",  # _no_improvement_count
]


HTML_TESTS = "utils/_repr_html/tests/test_estimator.py"


if VERSION == "1.6":
    HTML_TESTS = "utils/tests/test_estimator_html_repr.py"


ALSO_WITH_MLPS = [  # scikit-learn's other tests that use its MLPs
    "sklearn/ensemble/tests/test_stacking.py::test_stacking_classifier_multilabel_predict_proba[MLPClassifier]",
    "sklearn/ensemble/tests/test_stacking.py::test_stacking_classifier_multilabel_auto_predict[False-auto]",
    "sklearn/ensemble/tests/test_stacking.py::test_stacking_classifier_multilabel_auto_predict[True-predict]",
    "sklearn/model_selection/tests/test_validation.py::test_learning_curve_partial_fit_regressors",
    f"sklearn/{HTML_TESTS}::test_get_visual_block_voting",
    f"sklearn/{HTML_TESTS}::test_stacking_classifier",
]


WAVE_120 = datasets.make("wave", 120, 0.1, 0)


each_class = pytest.mark.parametrize(
    "cls", [MLPClassifier, MLPRegressor], ids=lambda cls: cls.__name__
)


stopping = pytest.mark.parametrize("early_stopping", [False, True], ids=["", "early"])


counted = pytest.mark.skipif(
    VERSION not in PUBLIC,
    reason=(
        f"scikit-learn {sklearn.__version__} is installed; what is expected here was "
        f"counted in {', '.join(PUBLIC)}"
    ),
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


def test_scikit_learns_tests_of_its_mlp_are_the_released_ones():
    found = hashlib.sha256((SITE / MLP_TESTS).read_bytes()).hexdigest()
    assert UNMODIFIED.get(sklearn.__version__, found) == found


@pytest.mark.slow
@counted
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
        == PUBLIC[VERSION]
    )


@pytest.mark.slow
@counted
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
@counted
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
    assert len(passed) == 4


@pytest.mark.parametrize("patience", [1, 3])
def test_patience_is_what_is_set_and_scikit_learns_is_one_epoch_more(patience):
    """Where no epoch improves by tol, the first one is the best, and n_iter_no_change
    others follow it.
    """
    options = {"tol": 1e6, "n_iter_no_change": patience, "solver": "sgd"}
    ours = MLPRegressor(**options).fit(*WAVE_120)
    theirs = neural_network.MLPRegressor(**options).fit(*WAVE_120)
    assert ours.n_iter_ == 1 + patience
    assert theirs.n_iter_ == 1 + patience + 1


@pytest.mark.slow
@needs_callbacks
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
            67,
            {
                "check_array_api_input",
                "check_classifiers_multilabel_output_format_decision_function",
            },
        ),
        (MLPRegressor, 59, {"check_array_api_input"}),
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
    names = {r["check_name"] for r in results}
    skipped = {r["check_name"] for r in results if r["status"] == "skipped"}
    assert skipped == cannot_run & names
    assert len(results) >= least


@pytest.mark.slow
@pytest.mark.skipif(
    "expect_only_array_outputs"
    not in inspect.signature(estimator_checks.check_array_api_input).parameters,
    reason="this scikit-learn's check wants array_api_strict",
)
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
