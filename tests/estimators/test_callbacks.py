"""scikit-learn's callbacks: told of each epoch, and stopping a fit."""

import numpy as np
import pandas
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon import MLPClassifier, MLPRegressor, datasets
from halfmoon.training import train
from halfmoon.training.callbacks import Recorder
from halfmoon.training.loop import Fit
from small import (
    NAMES,
    X,
    Y,
    one_thread,
    out_of_epochs,
    predicted,
    short,
    small,
    theta,
    unfinished,
)

pytest.importorskip("sklearn.callback")  # from 1.9 on

from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.callback.tests._utils import (
    FailingCallback,
    RecordingAutoPropagatedCallback,
    RecordingCallback,
)

pytestmark = one_thread


WAVE_120 = datasets.make("wave", 120, 0.1, 0)


DATA = {MLPClassifier: (X, NAMES), MLPRegressor: WAVE_120}


each_class = pytest.mark.parametrize(
    "cls", [MLPClassifier, MLPRegressor], ids=lambda cls: cls.__name__
)


each_solver = pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])


stopping = pytest.mark.parametrize("early_stopping", [False, True], ids=["", "early"])


# scikit-learn's callbacks


class TaskRecorder(RecordingCallback):
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
            *(TaskRecorder.task(context.parent) if context.parent else ()),
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


@out_of_epochs
@each_class
@each_solver
@stopping
def test_hooks_come_in_pairs_one_for_each_epoch(cls, solver, early_stopping):
    recorder = TaskRecorder()
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
    recorder = TaskRecorder()
    model = (
        MLPRegressor(hidden_layer_sizes=(), solver=solver, max_iter=500, tol=0.01)
        .set_callbacks(recorder)
        .fit(*WAVE_120)
    )
    assert model.stopped_ in ("patience", "converged")
    assert recorder.told == hooks(model.n_iter_ + 1)
    assert recorder.ends[0, model.n_iter_] == (None, None, None, None)
    assert list(recorder.epochs) == list(range(1, model.n_iter_ + 1))


@out_of_epochs
@each_class
@each_solver
def test_a_warm_start_counts_its_own_epochs(cls, solver):
    recorder = TaskRecorder()
    model = small(cls, solver=solver, warm_start=True).fit(*DATA[cls])
    model.set_callbacks(recorder).fit(*DATA[cls])
    assert recorder.told == hooks(8)
    assert [fitted.n_iter_ for fitted in recorder.epochs.values()] == list(range(1, 9))
    assert len(recorder.epochs[3].loss_curve_) == 8 + 3


@each_class
def test_a_single_pass_is_a_fit_of_one_epoch(cls):
    model = small(cls)
    recorder = TaskRecorder()
    first = {"classes": ["full", "new"]} if cls is MLPClassifier else {}
    for _ in range(3):
        recorder = TaskRecorder()
        model.set_callbacks(recorder).partial_fit(*DATA[cls], **first)
        assert recorder.root.max_subtasks == 1
        assert recorder.told == hooks(1)
        assert np.array_equal(theta(recorder.epochs[1]), theta(model))


@out_of_epochs
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
    recorder = TaskRecorder()
    model = small(cls, **options).set_callbacks(recorder).fit(*DATA[cls])
    for epoch, fitted in recorder.epochs.items():
        stopped = small(cls, **options, max_iter=epoch).fit(*DATA[cls])
        assert np.array_equal(theta(fitted), theta(stopped)), epoch
        assert (fitted.n_iter_, fitted.loss_curve_) == (epoch, stopped.loss_curve_)
    assert np.array_equal(theta(recorder.ends[0,][-1]), theta(model))


@out_of_epochs
@each_class
@each_solver
def test_the_fitted_estimator_predicts_the_bits_of_a_fit_that_stopped_there(
    cls, solver
):
    recorder = TaskRecorder()
    rows = DATA[cls][0]
    model = small(cls, solver=solver).set_callbacks(recorder).fit(*DATA[cls])
    for epoch, fitted in recorder.epochs.items():
        stopped = small(cls, solver=solver, max_iter=epoch).fit(*DATA[cls])
        assert np.array_equal(predicted(fitted, rows), predicted(stopped, rows)), epoch
    assert np.array_equal(
        predicted(recorder.ends[0,][-1], rows), predicted(model, rows)
    )


@out_of_epochs
@each_class
@each_solver
@stopping
def test_callbacks_change_no_bit(cls, solver, early_stopping):
    watched, alone = (
        small(cls, solver=solver, early_stopping=early_stopping) for _ in range(2)
    )
    scores = "accuracy" if cls is MLPClassifier else "r2"
    watched.set_callbacks(TaskRecorder(), ScoringMonitor(scoring=scores))
    watched.fit(*DATA[cls])
    assert np.array_equal(theta(watched), theta(alone.fit(*DATA[cls])))
    assert watched.loss_curve_ == alone.loss_curve_
    assert watched.validation_scores_ == alone.validation_scores_


@each_class
@each_solver
@stopping
def test_a_callback_that_returns_true_stops_the_fit(cls, solver, early_stopping):
    recorder = TaskRecorder(stop_after=3)
    options = {"solver": solver, "early_stopping": early_stopping}
    model = small(cls, **options).set_callbacks(recorder).fit(*DATA[cls])
    assert (model.n_iter_, model.stopped_) == (3, "callback")
    assert recorder.told == hooks(4)  # the last one is empty
    with pytest.warns(ConvergenceWarning):
        short = small(cls, **options, max_iter=3).fit(*DATA[cls])
    assert np.array_equal(theta(model), theta(short))


@out_of_epochs
def test_callbacks_are_shown_the_rows_learned_from_and_labels_as_they_were_brought():
    recorder = TaskRecorder()
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


@out_of_epochs
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
    alone.fit(*WAVE_120)
    alone.set_callbacks(TaskRecorder()).fit(*WAVE_120)
    alone.set_callbacks().fit(*WAVE_120)
    assert [len(fit.callbacks) for fit in fits] == [0, 1, 0]
    assert [fit.each_epoch for fit in fits] == [False, True, False]


@out_of_epochs
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


@out_of_epochs
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


@out_of_epochs
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


@out_of_epochs
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


@out_of_epochs
def test_a_callback_that_fails_leaves_an_estimator_that_can_be_fitted():
    failing = FailingCallback(fail_at="on_fit_task_end")
    model = small(MLPRegressor).set_callbacks(failing)
    with pytest.raises(ValueError, match="Failing callback failed at on_fit_task_end"):
        model.fit(*WAVE_120)
    assert failing.count_hooks("teardown") == 1
    assert not hasattr(model, "_callback_fit_ctx")
    assert np.array_equal(
        theta(model.set_callbacks().fit(*WAVE_120)),
        theta(small(MLPRegressor).fit(*WAVE_120)),
    )


@out_of_epochs
def test_a_monitor_sees_a_single_pass():
    monitor = ScoringMonitor(scoring="r2")
    model = small(MLPRegressor).set_callbacks(monitor)
    for _ in range(3):
        model.partial_fit(*WAVE_120)
        assert [row["r2"] for row in monitor.get_logs().data] == [
            model.score(*WAVE_120)
        ] * 2


@out_of_epochs
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


@out_of_epochs
def test_a_grid_search_watches_each_of_its_fits(capsys):
    recorder = TaskRecorder()
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


@out_of_epochs
def test_a_callback_may_stop_the_fits_of_a_pipeline():
    class Soon(RecordingAutoPropagatedCallback):
        def on_fit_task_end(self, estimator, context):
            return context.task_name == "epoch" and context.task_id == 1

    pipe = (
        make_pipeline(StandardScaler(), small(MLPRegressor))
        .set_callbacks(Soon())
        .fit(*WAVE_120)
    )
    assert (pipe[-1].n_iter_, pipe[-1].stopped_) == (2, "callback")


@unfinished
def test_a_recorder_sees_all_passes_and_all_warm_fits():
    recorder = Recorder(every=2)
    model = short().set_callbacks(recorder)
    for _ in range(5):
        model.partial_fit(X, Y, classes=[0, 1])
    assert recorder.epochs == [2, 4]
    again = Recorder()
    short(max_iter=3).set_callbacks(again).fit(X, Y).fit(X, Y)
    assert again.epochs == [1, 2, 3]
