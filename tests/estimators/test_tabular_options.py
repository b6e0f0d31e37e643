"""What can be said to a tabular estimator, and what it changes."""

import json
import time

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GroupKFold, cross_validate
from sklearn.tree import DecisionTreeClassifier

from halfmoon import TabularClassifier, TabularRegressor
from small import one_thread

pytestmark = one_thread


def numbers(n, seed=0):
    """A table of numbers and a category, and what depends on it."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"x": rng.normal(size=n), "size": rng.exponential(size=n)})
    table["kind"] = rng.choice(["a", "b", "c"], n)
    z = table["x"] + (table["kind"] == "a")
    return table, (z + rng.normal(size=n) > 0.5).to_numpy(), z.to_numpy(), rng


TABLE, CLASS, Z, RNG = numbers(400)
VALUE = 10.0 * TABLE["size"].to_numpy() * np.exp(0.3 * RNG.normal(size=400))
NEW, NEW_CLASS, _, NEW_RNG = numbers(4000, seed=1)
NEW_VALUE = 10.0 * NEW["size"].to_numpy() * np.exp(0.3 * NEW_RNG.normal(size=4000))


def small(kind, **options):
    return kind(effort=1, random_state=0, **options)


@pytest.fixture(scope="module")
def classifier():
    return TabularClassifier(effort=2, random_state=0).fit(TABLE, CLASS)


@pytest.fixture(scope="module")
def regressor():
    return TabularRegressor(effort=2, random_state=0).fit(TABLE, VALUE)


@pytest.fixture(scope="module")
def of_many():
    """A classifier and a regressor of 1200 rows."""
    table, classes, _, rng = numbers(1200, seed=5)
    values = 10.0 * table["size"].to_numpy() * np.exp(0.3 * rng.normal(size=1200))
    return (
        TabularClassifier(effort=2, random_state=0).fit(table, classes),
        TabularRegressor(effort=2, random_state=0).fit(table, values),
    )


# Sets and intervals, on 4000 rows that were not used


@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_sets_hold_the_true_class_as_often_as_asked(of_many, coverage):
    """Of 600 rows that were held out a share has a deviation of at most 0.016."""
    model = of_many[0]
    sets = model.predict_set(NEW, coverage=coverage)
    assert sets.dtype == bool
    inside = sets[np.arange(len(NEW)), NEW_CLASS.astype(int)].mean()
    assert coverage - 0.05 < inside < coverage + 0.05
    likeliest = model.predict_proba(NEW).argmax(axis=1)
    assert sets[np.arange(len(NEW)), likeliest].all()


@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_intervals_hold_the_value_as_often_as_asked(of_many, coverage):
    model = of_many[1]
    ends = model.predict_interval(NEW, coverage=coverage)
    inside = (ends[:, 0] <= NEW_VALUE) & (ends[:, 1] >= NEW_VALUE)
    assert coverage - 0.05 < inside.mean() < coverage + 0.05
    assert ends.mean(axis=1) == pytest.approx(model.predict(NEW))


def test_more_coverage_takes_more(classifier, regressor):
    sets = [classifier.predict_set(NEW, c) for c in (0.6, 0.9, 0.98)]
    assert sets[0].sum() < sets[1].sum() < sets[2].sum()
    assert not (sets[0] & ~sets[2]).any()
    ends = [regressor.predict_interval(NEW, c) for c in (0.6, 0.98)]
    assert (ends[0][:, 0] > ends[1][:, 0]).all()
    assert (ends[0][:, 1] < ends[1][:, 1]).all()


def test_too_much_coverage_is_refused_with_what_is_possible():
    model = small(TabularRegressor).fit(TABLE[:40], VALUE[:40])
    with pytest.raises(ValueError, match=r"99 rows or more .* there were 15"):
        model.predict_interval(NEW, coverage=0.99)


@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_dates_cannot_be_predicted(kind):
    with pytest.raises(ValueError, match="y holds dates"):
        small(kind).fit(TABLE, pd.date_range("2020-01-01", periods=len(TABLE)))


# Several columns of classes

BOTH = np.column_stack([np.where(CLASS, "yes", "no"), TABLE["kind"]])


@pytest.fixture(scope="module")
def of_both():
    return small(TabularClassifier).fit(TABLE, BOTH)


def test_several_columns_of_classes_are_predicted(of_both):
    assert [list(classes) for classes in of_both.classes_] == [
        ["no", "yes"],
        ["a", "b", "c"],
    ]
    predicted = of_both.predict(NEW)
    assert predicted.shape == (len(NEW), 2)
    assert (predicted[:, 1] == NEW["kind"]).mean() > 0.95
    assert ((predicted[:, 0] == "yes") == NEW_CLASS).mean() > 0.65


def test_each_column_has_its_probabilities_and_sets(of_both):
    p = of_both.predict_proba(NEW)
    sets = of_both.predict_set(NEW, coverage=0.9)
    for j, classes in enumerate(of_both.classes_):
        assert p[j].shape == sets[j].shape == (len(NEW), len(classes))
        assert p[j].sum(axis=1) == pytest.approx(1.0)
        assert np.array_equal(classes[p[j].argmax(axis=1)], of_both.predict(NEW)[:, j])


def test_the_columns_are_as_scikit_learn_has_them(of_both):
    tree = DecisionTreeClassifier().fit(TABLE[["x", "size"]], BOTH)
    for ours, theirs in zip(of_both.classes_, tree.classes_, strict=True):
        assert list(ours) == list(theirs)


def test_a_large_table_of_columns_is_judged_at_its_best_temperature():
    several = np.tile(BOTH, (4, 1))
    table = pd.concat([TABLE] * 4, ignore_index=True)
    model = small(TabularClassifier).fit(table, several)
    assert (model.predict(table)[:, 1] == several[:, 1]).mean() > 0.95


# Parameters


def test_hidden_layers_may_be_said():
    for said, expected in (((7, 5), (7, 5)), (9, (9,)), ([4], (4,)), ((), ())):
        model = small(TabularRegressor, hidden_layer_sizes=said).fit(TABLE, VALUE)
        sizes = [
            layer.k for layer in model.networks_[0].layers if layer.act is not None
        ]
        assert tuple(sizes[:-1]) == expected
    for wrong in ((0,), "20,20", (3, None), 2.5):
        with pytest.raises(ValueError, match="hidden_layer_sizes"):
            small(TabularRegressor, hidden_layer_sizes=wrong).fit(TABLE, VALUE)


def rare(n, seed):
    table, _, z, rng = numbers(n, seed)
    return table, np.where(z + rng.normal(size=n) > 2.7, "rare", "usual")


def test_balanced_classes_find_more_of_a_rare_one():
    table, y = rare(500, 3)
    new, truth = rare(2000, 4)
    assert 0.02 < (y == "rare").mean() < 0.15
    found = []
    for weight in (None, "balanced"):
        model = small(TabularClassifier, class_weight=weight).fit(table, y)
        found.append(balanced_accuracy_score(truth, model.predict(new)))
    assert found[1] > found[0] + 0.05


def test_a_class_of_weight_two_is_as_rows_of_weight_two():
    weight = {"rare": 2.0, "usual": 1.0}
    table, y = rare(300, 3)
    by_class = small(TabularClassifier, class_weight=weight).fit(table, y)
    w = np.where(y == "rare", 2.0, 1.0)
    by_row = small(TabularClassifier).fit(table, y, sample_weight=w)
    assert np.array_equal(by_class.networks_[0].theta, by_row.networks_[0].theta)
    assert by_class.temperature_ == by_row.temperature_
    with pytest.raises(ValueError, match="class_weight names"):
        small(TabularClassifier, class_weight={"odd": 1.0}).fit(table, y)


def test_a_time_budget_ends_a_fit_with_the_networks_that_it_has():
    model = TabularClassifier(effort=5, random_state=0, max_seconds=1e-6, n_jobs=1)
    started = time.perf_counter()
    model.fit(TABLE, CLASS)
    seconds = time.perf_counter() - started
    assert model.stopped_ == "time"
    assert len(model.networks_) == 1
    assert len(model.predict(NEW)) == len(NEW)
    longer = TabularClassifier(effort=2, random_state=0, max_seconds=1e6).fit(
        TABLE, CLASS
    )
    assert longer.stopped_ == ""
    assert seconds < 60.0


def test_a_budget_that_is_not_spent_changes_no_bit(classifier):
    model = TabularClassifier(effort=2, random_state=0, max_seconds=1e6)
    model.fit(TABLE, CLASS)
    for one, other in zip(model.networks_, classifier.networks_, strict=True):
        assert np.array_equal(one.theta, other.theta)


# Groups, times, rare classes


def test_folds_are_whole_groups_or_blocks_of_time():
    groups = np.arange(400) % 20
    by_group = small(TabularRegressor).fit(TABLE, VALUE, groups=groups)
    assert by_group.record_["folds"] == {"kind": "groups", "count": 8, "members": 3}
    days = pd.date_range("2020-01-01", periods=400).astype(str)
    by_time = small(TabularRegressor).fit(TABLE, VALUE, time=days)
    assert by_time.record_["folds"] == {"kind": "time", "count": 8, "members": 3}
    thetas = [model.networks_[0].theta for model in (by_group, by_time)]
    assert not np.array_equal(*thetas)
    with pytest.raises(ValueError, match="leave the other out"):
        small(TabularRegressor).fit(TABLE, VALUE, groups=groups, time=days)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        small(TabularRegressor).fit(TABLE, VALUE, time=days[:5])


def test_groups_find_their_way_through_a_cross_validation():
    groups = np.arange(400) % 20
    with sklearn.config_context(enable_metadata_routing=True):
        model = small(TabularRegressor).set_fit_request(groups=True)
        found = cross_validate(
            model,
            TABLE,
            VALUE,
            params={"groups": groups},
            cv=GroupKFold(2),
            return_estimator=True,
        )
    kinds = {model.record_["folds"]["kind"] for model in found["estimator"]}
    assert kinds == {"groups"}


def test_of_times_the_last_block_judges():
    """What holds in the last eighth only is not learned, and the epochs say so."""
    shifted = np.where(np.arange(400) >= 350, -Z, Z)
    model = small(TabularRegressor).fit(TABLE, shifted, time=np.arange(400))
    plain = small(TabularRegressor).fit(TABLE, Z)
    losses = [m.histories_[0]["validation_loss"].min() for m in (model, plain)]
    assert losses[0] > 5.0 * losses[1]


def test_classes_of_one_row_are_learned():
    y = np.where(CLASS, "yes", "no").astype(object)
    y[3] = "perhaps"
    model = TabularClassifier(effort=2, random_state=0).fit(TABLE, y)
    assert model.classes_.tolist() == ["no", "perhaps", "yes"]
    p = model.predict_proba(TABLE)
    assert p[3, 1] > np.delete(p[:, 1], 3).mean()


def test_there_may_be_more_classes_than_rows_in_a_fold():
    y = np.arange(60) // 2
    model = small(TabularClassifier).fit(TABLE[:60], y)
    assert model.predict_proba(NEW).shape == (len(NEW), 30)


# Record and novelty


def test_the_record_is_plain_data_and_the_same_again(regressor):
    y = pd.Series(VALUE, name="price")
    record = small(TabularRegressor).fit(TABLE, y).record_
    assert json.loads(json.dumps(record)) == record
    assert record["rows"] == 400
    assert record["columns"] == 3
    assert record["target_name"] == "price"
    assert record["fingerprint"] == regressor.record_["fingerprint"]
    assert record["folds"] == {"kind": "random", "count": 8, "members": 3}
    assert small(TabularRegressor).fit(TABLE, y).record_ == record
    other = small(TabularRegressor).fit(TABLE[::-1], y)
    assert other.record_["fingerprint"] != record["fingerprint"]


def test_it_says_how_far_new_rows_lie_from_what_was_learned(classifier):
    new = NEW[:10].assign(kind=["d"] * 3 + ["a"] * 7, size=0.5, x=[0.0] * 9 + [1e6])
    told = classifier.novelty(new)
    assert (told.rows, told.new_rows) == (10, 4)
    assert [(c.column, c.rows) for c in told.columns] == [("kind", 3), ("x", 1)]
    assert len(str(told).splitlines()) == 1
    assert classifier.novelty(TABLE).new_rows == 0


def test_infinite_numbers_are_refused_by_row_and_column(classifier):
    wrong = TABLE.assign(x=np.where(np.arange(400) == 6, np.inf, 1.0))
    for call in (
        lambda: small(TabularClassifier).fit(wrong, CLASS),
        lambda: classifier.predict(wrong),
    ):
        with pytest.raises(ValueError, match="Row 7 of column 'x' is inf"):
            call()


def test_one_row_may_come_as_a_frame_or_a_dict(regressor):
    row = NEW.iloc[[5]]
    expected = regressor.predict(NEW)[5]
    assert regressor.predict(row)[0] == pytest.approx(expected, rel=1e-5)
    as_dict = {name: [row[name].iloc[0]] for name in row}
    assert regressor.predict(as_dict)[0] == pytest.approx(expected, rel=1e-5)
