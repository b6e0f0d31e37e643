"""Sparse rows give what the same rows give when written out.

And they are never written out.
"""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from halfmoon import MLPClassifier, MLPRegressor
from small import brief, one_thread, short, theta, unfinished

pytestmark = [unfinished, one_thread]

FORMS = {
    "csr_array": scipy.sparse.csr_array,
    "csr_matrix": scipy.sparse.csr_matrix,
    "csc_array": scipy.sparse.csc_array,
    "csc_matrix": scipy.sparse.csc_matrix,
}
each_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
RNG = np.random.default_rng(0)
X = np.where(RNG.random((90, 30)) < 0.15, RNG.normal(size=(90, 30)), 0.0)
X[7] = 0.0  # a row without entries
X[:, 11] = 0.0  # a column without
VALUE = X[:, :5].sum(axis=1) + 0.1 * RNG.normal(size=90)
Y = (VALUE > 0.0).astype(int)
LBFGS = {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}
OPTIONS = {
    "adam": {},
    "sgd": {"solver": "sgd", "average": 0.9},
    "lbfgs": LBFGS,
    "without hidden layer": {"hidden_layer_sizes": ()},
    "dropout of inputs": {"dropout": [0.3, 0.2]},
    "penalties": {"solver": "adamw", "alpha": 0.5, "l1": 0.1, "clip": 0.2},
    "full batch": {"batch_size": 90},
    "early stopping": {
        "early_stopping": True,
        "validation_fraction": 0.3,
        "learning_rate_init": 0.05,
    },
    "early stopping, lbfgs": {
        "early_stopping": True,
        "validation_fraction": 0.3,
        **LBFGS,
    },
    "scorer": {
        "early_stopping": True,
        "validation_fraction": 0.3,
        "scoring": "roc_auc",
    },
    "found rate": {"learning_rate_init": "auto"},
    "balanced": {"class_weight": "balanced"},
}
each_option = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)


def alike(one, other, within=1e-12):
    assert theta(one).shape == theta(other).shape
    assert np.abs(theta(one) - theta(other)).max() < within
    np.testing.assert_allclose(
        one.loss_curve_, other.loss_curve_, rtol=max(within, 1e-10)
    )
    return True


@pytest.fixture
def forbidden(monkeypatch):
    """Sparse tables that nobody can write out, unless they are narrower than X.

    scikit-learn's scorers have such narrow ones.
    """
    for kind in ("csr", "csc", "coo"):
        for form in (
            getattr(scipy.sparse, f"{kind}_array"),
            getattr(scipy.sparse, f"{kind}_matrix"),
        ):
            for name in ("toarray", "todense"):
                monkeypatch.setattr(form, name, only_narrow(getattr(form, name)))


def only_narrow(write):
    def guarded(self, *args, **options):
        assert self.shape[1] < X.shape[1], (
            f"a table of shape {self.shape} was written out"
        )
        return write(self, *args, **options)

    return guarded


def test_writing_out_would_be_seen(forbidden):
    for form in FORMS.values():
        with pytest.raises(AssertionError, match="was written out"):
            form(X).toarray()


@each_form
@each_option
def test_a_fit_of_sparse_rows_is_that_of_dense_rows(options, form, forbidden):
    sparse, dense = (
        short(engine="numpy", **options).fit(rows, Y) for rows in (form(X), X)
    )
    assert alike(sparse, dense)
    assert sparse.validation_scores_ == dense.validation_scores_
    np.testing.assert_allclose(
        sparse.predict_proba(form(X)), dense.predict_proba(X), rtol=1e-10
    )
    assert np.array_equal(sparse.predict(form(X)), dense.predict(X))
    assert sparse.score(form(X), Y) == dense.score(X, Y)


@each_form
def test_values_too(form, forbidden):
    for options in (
        {},
        {"normalize_y": True},
        {"loss": "huber", "early_stopping": True},
        LBFGS,
    ):
        sparse, dense = (
            brief(engine="numpy", **options).fit(rows, VALUE) for rows in (form(X), X)
        )
        assert alike(sparse, dense)
        np.testing.assert_allclose(
            sparse.predict(form(X)), dense.predict(X), rtol=1e-9, atol=1e-12
        )


@each_form
def test_pass_by_pass_and_warm_starts(form, forbidden):
    for rows in (X, form(X)):
        model = short(engine="numpy").partial_fit(rows[:40], Y[:40], classes=[0, 1])
        model.partial_fit(rows[40:], Y[40:], X_val=rows, y_val=Y)
        warm = (
            short(engine="numpy", warm_start=True).fit(rows, Y).fit(rows[:50], Y[:50])
        )
        if rows is X:
            dense = model
            dense_warm = warm
    assert alike(model, dense)
    assert model.validation_scores_ == pytest.approx(
        dense.validation_scores_, nan_ok=True
    )
    assert alike(warm, dense_warm)


@each_form
def test_validation_rows_may_be_sparse_or_dense(form):
    held = X[::3] + 0.0
    fits = [
        short(engine="numpy").fit(rows, Y, X_val=val, y_val=Y[::3])
        for rows, val in [
            (X, held),
            (X, form(held)),
            (form(X), held),
            (form(X), form(held)),
        ]
    ]
    for fit in fits[1:]:
        assert alike(fit, fits[0])
        assert fit.validation_scores_ == fits[0].validation_scores_


def test_the_dtype_is_kept():
    sparse = short(engine="numpy").fit(scipy.sparse.csr_array(X, dtype=np.float32), Y)
    dense = short(engine="numpy").fit(X.astype(np.float32), Y)
    assert theta(sparse).dtype == np.float32
    assert alike(sparse, dense, within=1e-5)
    assert (
        sparse.predict_proba(scipy.sparse.csr_array(X, dtype=np.float32)).dtype
        == np.float32
    )


def test_numpy_does_the_work_and_says_so():
    model = short().fit(scipy.sparse.csr_array(X), Y)
    assert model.engine_ == "numpy"
    with pytest.raises(
        ValueError,
        match="engine='compiled' cannot run this: X is sparse; use engine='auto'",
    ):
        short(engine="compiled").fit(scipy.sparse.csr_array(X), Y)


def test_a_fit_of_dense_rows_predicts_sparse_ones_and_the_other_way_round():
    compiled = short().fit(X, Y)
    sparse = short().fit(scipy.sparse.csr_array(X), Y)
    assert compiled.engine_ == "compiled"
    for model in (compiled, sparse):
        expected = model.predict_proba(X)
        for form in FORMS.values():
            np.testing.assert_allclose(
                model.predict_proba(form(X)), expected, rtol=1e-9
            )
        np.testing.assert_allclose(
            model.predict_log_proba(scipy.sparse.csr_array(X)),
            np.log(expected),
            rtol=1e-9,
        )


def twice():
    """X with each entry given as two halves."""
    coo = scipy.sparse.coo_array(X)
    parts = [np.tile(part, 2) for part in (coo.row, coo.col)]
    return scipy.sparse.coo_array((np.tile(coo.data / 2.0, 2), parts), shape=X.shape)


def backwards():
    """X with each row's entries from right to left."""
    table = scipy.sparse.csr_array(X)
    for start, end in zip(table.indptr, table.indptr[1:], strict=False):
        table.indices[start:end] = table.indices[start:end][::-1]
        table.data[start:end] = table.data[start:end][::-1]
    table.has_sorted_indices = False
    return table


def with_zeros():
    """X with zeros that are written down."""
    table = scipy.sparse.lil_array(X + 1.0)
    table = scipy.sparse.csr_array(table)
    table.data -= 1.0
    return table


@pytest.mark.parametrize(
    "made", [twice, backwards, with_zeros, lambda: scipy.sparse.lil_matrix(X)]
)
@pytest.mark.parametrize("options", [{}, {"dropout": [0.3, 0.0]}], ids=["", "dropout"])
def test_however_the_entries_are_written(made, options):
    sparse, dense = (
        short(engine="numpy", **options).fit(rows, Y) for rows in (made(), X)
    )
    assert alike(sparse, dense)
    np.testing.assert_allclose(
        sparse.predict_proba(made()), dense.predict_proba(X), rtol=1e-10
    )


def test_a_table_too_large_to_be_written_out_needs_little_memory(forbidden):
    """2,000 rows of 200,000 columns would be 3.2 GB if they were written out.

    20 entries a row are 0.5 MB, and theta, for two units, 3.2 MB.
    """
    rng = np.random.default_rng(1)
    columns = rng.integers(0, 200_000, (2000, 20))
    entries = (np.ones(40_000), columns.ravel(), np.arange(0, 40_001, 20))
    rows = scipy.sparse.csr_array(entries, shape=(2000, 200_000))
    y = (columns[:, 0] < 100_000).astype(int)
    tracemalloc.start()
    model = MLPClassifier((2,), max_iter=2, early_stopping=True, random_state=0).fit(
        rows, y
    )
    proba = model.predict_proba(rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.isfinite(proba).all()
    assert model.coefs_[0].shape == (200_000, 2)
    assert peak < 150e6


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@each_form
def test_entries_that_are_not_finite_are_refused_by_column(form, bad):
    rows = X.copy()
    rows[3, 12] = bad
    rows[5, 20] = bad
    with pytest.raises(
        ValueError,
        match=r"X contains NaN or infinity in columns 12, 20; remove or fill them\.",
    ):
        short().fit(form(rows), Y)
    model = short().fit(form(X), Y)
    with pytest.raises(ValueError, match="NaN or infinity in columns 12, 20"):
        model.predict(form(rows))


def test_sparse_rows_of_another_width_are_refused():
    model = short().fit(scipy.sparse.csr_array(X), Y)
    with pytest.raises(ValueError, match=r"29 features.* 30 features"):
        model.predict(scipy.sparse.csr_array(X[:, :29]))


@each_form
def test_looking_inside_works_on_sparse_rows(form):
    model = short(activation="tanh").fit(form(X), Y)
    few = slice(0, 9)
    for one, other in zip(
        model.hidden_activations(form(X)[few]),
        model.hidden_activations(X[few]),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-10)
    for of in ("prediction", "raw"):
        np.testing.assert_allclose(
            model.input_gradients(form(X)[few], of=of),
            model.input_gradients(X[few], of=of),
            rtol=1e-9,
            atol=1e-14,
        )
    np.testing.assert_allclose(
        model.input_gradients(form(X)[few], Y[few], of="loss"),
        model.input_gradients(X[few], Y[few], of="loss"),
        rtol=1e-9,
        atol=1e-14,
    )
    assert model.check_gradients(form(X), Y)
    test = MLPClassifier((8,), random_state=0).find_learning_rate(form(X), Y)
    dense = MLPClassifier((8,), random_state=0).find_learning_rate(X, Y)
    assert test.suggestion == pytest.approx(dense.suggestion, rel=1e-6)


def test_words_are_sparse_rows():
    good = ["fine", "warm", "sunny"]
    bad = ["cold", "grey", "wet"]
    texts = [
        f"a {word} day with {other} wind"
        for word in good + bad
        for other in ("some", "no", "much")
    ]
    labels = np.repeat(["out", "in"], 9)
    model = make_pipeline(
        TfidfVectorizer(),
        MLPClassifier((4,), solver="lbfgs", alpha=0.01, random_state=0),
    )
    model.fit(texts, labels)
    assert model.score(texts, labels) == 1.0
    assert model.predict(["a warm wind", "a wet wind"]).tolist() == ["out", "in"]


def test_one_sparse_column_and_one_sparse_row():
    line = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0.0, tol=1e-10)
    column = scipy.sparse.csr_array(np.arange(6.0)[:, None])
    line.fit(column, 2.0 * np.arange(6.0) + 1.0)
    np.testing.assert_allclose(
        line.predict(column), 2.0 * np.arange(6.0) + 1.0, atol=1e-5
    )
    one = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0.0, tol=1e-10)
    row = scipy.sparse.csr_array([[1.0, 0.0, 2.0]])
    assert one.fit(row, [5.0]).predict(row) == pytest.approx([5.0], abs=1e-5)
