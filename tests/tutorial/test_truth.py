"""The tutorial's numbers against the truth.

Computed again from scikit-learn and plain NumPy, without the tutorial's own code: page
and results.json agree with each other, and this holds them to the facts.
"""

from functools import cache

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, make_moons
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, recall_score
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon import MLPClassifier

SEEDS = (0, 1)  # of a quick run
MEASURED = ("accuracy_learned", "log_loss_learned", "accuracy_new", "log_loss_new")


def close(expected):
    return pytest.approx(expected, rel=1e-6)


# Moons


def moons(n, seed):
    return make_moons(n, noise=0.2, random_state=seed)


def fresh_points():
    """The test set: points of a seed that nobody learns from."""
    return moons(2_000, 10_000)


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


@cache
def descended(hidden, seed, rate, passes, l2=0.00005):
    """Britz's own network and descent, in plain NumPy: gives probabilities."""
    X, y = moons(200, seed)
    rng = np.random.RandomState(seed)
    W1 = rng.randn(2, hidden) / np.sqrt(2)
    b1 = np.zeros(hidden)
    W2 = rng.randn(hidden, 2) / np.sqrt(hidden)
    b2 = np.zeros(2)
    for _ in range(passes):
        a1 = np.tanh(X @ W1 + b1)
        delta2 = (softmax(a1 @ W2 + b2) - np.eye(2)[y]) / len(y)
        delta1 = delta2 @ W2.T * (1 - a1**2)
        W2 = W2 - rate * (a1.T @ delta2 + l2 * W2)
        b2 = b2 - rate * delta2.sum(axis=0)
        W1 = W1 - rate * (X.T @ delta1 + l2 * W1)
        b1 = b1 - rate * delta1.sum(axis=0)
    return lambda X: softmax(np.tanh(X @ W1 + b1) @ W2 + b2)


# One point, the edge of stability, and the space of the hidden units


def unfolded(theta):
    """W1, b1, W2, b2 of the text's network."""
    return theta[:6].reshape(2, 3), theta[6:9], theta[9:15].reshape(3, 2), theta[15:]


def beginning():
    rng = np.random.RandomState(0)
    W1 = rng.randn(2, 3) / np.sqrt(2)
    W2 = rng.randn(3, 2) / np.sqrt(3)
    return np.concatenate([W1.ravel(), np.zeros(3), W2.ravel(), np.zeros(2)])


def gradient(theta, l2=0.00005):
    X, y = moons(200, 0)
    W1, b1, W2, b2 = unfolded(theta)
    a1 = np.tanh(X @ W1 + b1)
    delta2 = (softmax(a1 @ W2 + b2) - np.eye(2)[y]) / 200
    delta1 = delta2 @ W2.T * (1 - a1**2)
    dW1 = X.T @ delta1 + l2 * W1
    dW2 = a1.T @ delta2 + l2 * W2
    parts = dW1.ravel(), delta1.sum(axis=0), dW2.ravel(), delta2.sum(axis=0)
    return np.concatenate(parts)


def sharpness(rate, updates):
    """Rate times curvature after that many updates."""
    theta = beginning()
    for _ in range(updates):
        theta = theta - rate * gradient(theta)
    h = 1e-5
    H = [
        (gradient(theta + h * e) - gradient(theta - h * e)) / 2 / h for e in np.eye(17)
    ]
    return rate * np.linalg.eigvalsh(np.add(H, np.transpose(H)) / 2)[-1]


def test_rate_times_curvature_is_that_of_a_plain_hessian(results):
    told = results["learning"]
    assert told["first_rise_at_iteration"] == 18
    assert told["at_start"] == close([sharpness(2.0, 0), sharpness(1.0, 0)])
    assert told["at_first_rise"] == pytest.approx(sharpness(2.0, 18), rel=1e-4)
    # which of the two values comes first is up to rounding
    cycle = sorted(sharpness(2.0, updates) for updates in (4_999, 5_000))
    assert sorted(told["in_cycle"]) == pytest.approx(cycle, rel=1e-2)
    assert cycle == pytest.approx([1.73, 2.28], abs=0.02)
    assert told["slow_at_end"] == pytest.approx(sharpness(1.0, 5_000), rel=1e-2)


def test_the_slopes_of_one_point_are_those_of_plain_numpy(results):
    told = results["learning"]
    X, y = moons(200, 0)
    c = y[0]

    def loss(nudge):
        W1, b1, W2, b2 = unfolded(beginning())
        W2[0, c] += nudge
        return -np.log(softmax(np.tanh(X[:1] @ W1 + b1) @ W2 + b2)[0, c])

    assert told["point_loss"] == close(loss(0.0))
    assert told["seen_change"] == close(loss(0.1) - loss(0.0))
    slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
    assert told["slope"] == pytest.approx(slope, rel=1e-6)
    assert told["slope_by_hand"] == pytest.approx(slope, abs=5e-4)
    assert told["a1"][0] * told["error_of_true_class"] == close(slope)


def test_no_straight_line_is_better_and_the_plane_is(results):
    """Every line through two points: either may be counted on either side."""
    told = results["boundary"]
    X, y = moons(200, 0)
    fewest = 200
    for i in range(200):
        along = X - X[i]
        across = np.sign(along[:, :1] * along[:, 1] - along[:, 1:] * along[:, 0])
        for j in range(i):
            others = np.delete(np.arange(200), [i, j])
            wrong = (across[j, others] > 0) != y[others]
            fewest = min(fewest, wrong.sum(), 198 - wrong.sum())
    assert told["fewest_wrong_by_a_line"] == fewest
    wrong = 200 - round(200 * told["accuracy"])
    assert told["wrong_side_of_plane"] == told["wrong"] == wrong < fewest / 4


def truth(X):
    """The probability of each class at X, by the formula of Bayes.

    Each arc is 100 places, and a point lies about its place as the noise has it.
    """
    t = np.linspace(0, np.pi, 100)
    upper = np.column_stack([np.cos(t), np.sin(t)])
    lower = np.column_stack([1 - np.cos(t), 0.5 - np.sin(t)])
    density = [
        np.exp(-((x - arc) ** 2).sum(axis=1) / (2 * 0.2**2)).mean()
        for x in X
        for arc in (upper, lower)
    ]
    p = np.reshape(density, (len(X), 2))
    return p / p.sum(axis=1, keepdims=True)


def scores(predict, seed):
    measured = []
    for X, y in (moons(200, seed), fresh_points()):
        p = predict(X)
        measured += [accuracy_score(y, p.argmax(axis=1)), log_loss(y, p)]
    return dict(zip(MEASURED, measured, strict=True))


def assert_scores(told, predictions, stage=""):
    """What is told of a network for each seed, with mean and standard deviation."""
    found = [scores(*each) for each in zip(predictions, SEEDS, strict=True)]
    for name in MEASURED:
        each = [one[name] for one in found]
        kept = told[f"{stage}{name}"]
        assert kept["each"] == close(each), name
        assert kept["mean"] == close(np.mean(each))
        assert kept["spread"] == pytest.approx(np.std(each, ddof=1), abs=1e-9)


@pytest.mark.parametrize(
    ("hidden", "times", "rate"),
    [(2, 1, 0.25), (20, 1, 2.0), (50, 1, 2.0), (3, 10, 2.0), (50, 10, 2.0)],
)
def test_sizes_and_penalties_are_scored_as_plain_numpy_scores_them(
    results, hidden, times, rate
):
    told = results["sizes"]["by_size"][f"{hidden}"]
    if times > 1:
        told = results["sizes"]["stronger"][f"{hidden}"]
    for stage, passes in (("early_", 1_000), ("", 5_000)):
        settings = (rate, passes, times * 0.00005)
        assert_scores(
            told, [descended(hidden, seed, *settings) for seed in SEEDS], stage
        )


def test_the_best_there_is_is_the_truths(results):
    assert_scores(results["sizes"]["best_there_is"], [truth] * len(SEEDS))
    X, y = moons(200, 0)
    wrong = (truth(X).argmax(axis=1) != y).sum()
    assert results["sizes"]["wrong"]["truth"] == wrong


def test_seeds_are_counted_in_the_right_direction(results):
    told = results["sizes"]
    sizes = told["by_size"]
    few, many, stronger = (
        np.array(scores["log_loss_new"]["each"])
        for scores in (sizes["3"], sizes["50"], told["stronger"]["50"])
    )
    assert told["large_is_worse_in"] == (many > few).sum()
    assert told["penalty_helps_in"] == (many > stronger).sum()
    assert told["small_is_worse_than_stronger_in"] == (few > stronger).sum()


@pytest.mark.parametrize(
    ("name", "hidden", "times"), [("3", 3, 1), ("50", 50, 1), ("50_stronger", 50, 10)]
)
def test_mistakes_are_as_sure_as_plain_numpy_finds_them(results, name, hidden, times):
    X, y = fresh_points()
    p = descended(hidden, 0, 1.0, 5_000, times * 0.00005)(X)
    wrong = p.argmax(axis=1) != y
    told = results["sizes"]["mistakes"][name]
    assert told["wrong"] == wrong.sum()
    assert told["sure"] == pytest.approx(p.max(axis=1)[wrong].mean(), 1e-3)
    truly = truth(X[wrong])[np.arange(wrong.sum()), 1 - y[wrong]]
    assert told["truly"] == pytest.approx(truly.mean(), 1e-3)


# Patients


def patients():
    """Measurements, and whether a tumour is malignant."""
    table = load_breast_cancer()
    return table.data, (table.target_names[table.target] == "malignant").astype(int)


def held_out():
    X, y = patients()
    return train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)


def straight_line():
    return make_pipeline(StandardScaler(), LogisticRegression())


@cache
def split_by_split(name):
    """For each split, whether its unseen patients are ill, and the probability."""
    more = {"alpha": 1.0, "max_iter": 2_000, "random_state": 0}
    network = MLPClassifier((3,), "tanh", solver="lbfgs", **more)
    line = straight_line()
    model = {"logistic": line, "three": make_pipeline(StandardScaler(), network)}[name]
    X, y = patients()
    splits = RepeatedStratifiedKFold(n_splits=5, n_repeats=1, random_state=0)
    return [
        (y[unseen], model.fit(X[known], y[known]).predict_proba(X[unseen])[:, 1])
        for known, unseen in splits.split(X, y)
    ]


def measured(name):
    """Accuracy, log-loss and the share found, a row for each split."""
    return np.array(
        [
            (accuracy_score(y, p > 0.5), log_loss(y, p), recall_score(y, p > 0.5))
            for y, p in split_by_split(name)
        ]
    )


@pytest.mark.parametrize("name", ["logistic", "three"])
def test_patients_are_scored_as_scikit_learn_scores_them(results, name):
    told = results["patients"]
    found = measured(name)
    assert told["means"][name] == close(found.mean(axis=0))
    assert told["deviations"][name] == close(found.std(axis=0, ddof=1))


def test_a_gain_is_a_better_score_and_its_error_is_corrected(results):
    """Nadeau & Bengio 2003: 1 / splits + held out / learned from, which is 1 / 4."""
    told = results["patients"]
    gain = measured("three") - measured("logistic")
    gain[:, 1] = -gain[:, 1]  # less log-loss is better
    counts = [[(g > 0).sum(), (g == 0).sum(), (g < 0).sum()] for g in gain.T]
    assert told["better_equal_worse"] == counts
    assert told["mean_gain"] == close(gain.mean(axis=0))
    error = gain.std(axis=0, ddof=1) * np.sqrt(1 / 5 + 1 / 4)
    assert told["standard_error"] == close(error)


def test_missed_tumours_and_false_alarms_are_those_of_a_confusion_matrix(results):
    told = results["patients"]
    assert told["miss_costs_false_alarms"] == [1, 4, 19]
    rows = []
    for cost in (1, 4, 19):
        tables = [
            confusion_matrix(y, p > 1 / (1 + cost)) for y, p in split_by_split("three")
        ]
        (_, alarms), (missed, _) = np.sum(tables, axis=0)
        rows.append([missed, alarms])
    assert told["mistakes"] == [close(row) for row in rows]


def test_two_measurements_separate_patients_as_scikit_learn_does(results):
    X, X_new, y, y_new = held_out()
    line = straight_line().fit(X[:, :2], y)
    told = results["patients"]
    assert told["wrong_with_two"][0] == (line.predict(X_new[:, :2]) != y_new).sum()
    assert told["held_out"] == len(y_new)


def test_the_search_chose_the_lowest_log_loss_on_folds_held_out(results):
    told = results["onward"]
    learned, held = np.array(told["log_loss_learned_and_held_out"])
    assert (learned >= 0.0).all()
    row, column = np.unravel_index(held.argmin(), held.shape)
    assert told["chosen_units"] == [1, 3, 10][column]
    assert told["chosen_penalty"] == [0.1, 1.0, 10.0][row]
    assert told["chosen_log_loss"] == held.min()
    near = (held <= held.min() + told["standard_error"]).sum()
    assert told["as_good"] == near - 1


def test_patients_kept_out_of_the_search_are_told_as_scikit_learn_does(results):
    X, X_new, y, y_new = held_out()
    line = straight_line().fit(X, y)
    wrong = (line.predict(X_new) != y_new).sum()
    assert results["onward"]["wrong_line_and_network"][0] == wrong


def test_the_estimator_repeats_the_run_of_section_5(results):
    """20,000 passes, or 5,000 of a quick run, and as many losses."""
    told = results["onward"]
    assert told["passes"] == 5_000
    assert max(told["losses_differ"], told["weights_differ"]) < 1e-9
