"""From a table as it is to several networks: what both tabular estimators share.

    table -> schema -> values -> encoder -> float32 inputs -> several networks -> mean

The schema says what each column is and refuses a table that is not like the first; the
encoder turns its values into inputs; `recipe` says what the networks are like, `folds`
by which rows each of them is judged, and `ensemble` trains them.
"""

import dataclasses
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_array, check_consistent_length, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from halfmoon.arrays.binned import Binned
from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.components.losses import Loss
from halfmoon.components.rules import (
    BOOLEAN,
    INF,
    NONE,
    Integer,
    Number,
    OrList,
    Union,
)
from halfmoon.engines.cores import available_cores
from halfmoon.estimators import ensemble
from halfmoon.estimators.ensemble import Data, Member
from halfmoon.estimators.fields import DICT, RANDOM_STATE, parameter, parameters
from halfmoon.estimators.folds import Folds, cut, read_time
from halfmoon.estimators.parameters import check_rules
from halfmoon.estimators.reading import read_truth, read_weights
from halfmoon.estimators.recipe import EFFORTS, Recipe, recipe_for
from halfmoon.estimators.record import record, target_name
from halfmoon.estimators.tabular_diagnosis import diagnose_member
from halfmoon.inspection.diagnosis import Diagnosis
from halfmoon.network import Network
from halfmoon.tables.encoding import Encoder
from halfmoon.tables.frames import declared_categories, read_frame
from halfmoon.tables.novelty import Novelty, novelty
from halfmoon.tables.schema import Schema
from halfmoon.training.progress import progress_bar
from halfmoon.training.run import Run
from halfmoon.training.warn import warn


class Rows(NamedTuple):
    """What a fit is given, checked: a table, its y, and what belongs to each row."""

    table: dict[str, NDArray[Any]]
    y: NDArray[Any]
    w: Array
    groups: NDArray[Any] | None
    time: NDArray[Any] | None

    def part(self, keep: NDArray[np.bool_]) -> "Rows":
        """Those rows for which `keep` is true."""
        table = {name: column[keep] for name, column in self.table.items()}
        others = (None if each is None else each[keep] for each in self[1:])
        return Rows(table, *others)  # type: ignore[arg-type]


@parameters
class Tabular(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor share."""

    effort: int = parameter(
        3,
        Integer("[", min(EFFORTS), max(EFFORTS), "]"),
        "how much work is done: 1 takes seconds, 5 is the best",
        kw_only=False,
    )
    columns: Any = parameter(
        None,
        NONE | DICT,
        "what some columns are, as {'zip': 'category'}, whatever the rule would say",
    )
    hidden_layer_sizes: Any = parameter(
        None,
        Union((NONE, OrList(Integer("[", 1, INF, ")")))),
        "units of each hidden layer; None takes those that belong to the effort",
    )
    max_seconds: Any = parameter(
        None,
        NONE | Number("(", 0, INF, ")"),
        "time after which a fit stops with the networks that it has; None has none",
    )
    random_state: Any = parameter(
        None,
        NONE | Integer("[", 0, 4294967295, "]") | RANDOM_STATE,
        "where folds, first weights and the order of the rows come from",
    )
    n_jobs: Any = parameter(
        None,
        NONE | Integer("[", 1, INF, ")"),
        "how many networks train at the same time; None takes all cores",
    )
    verbose: bool = parameter(False, BOOLEAN, "whether a progress bar is shown")

    _classes = False  # whether classes are learned, or values

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: ArrayLike | None = None,
        *,
        groups: Any = None,
        time: Any = None,
    ) -> Self:
        """Learn from the rows of a table X and their y.

        A fit that fails leaves the estimator as it was.

        Parameters
        ----------
        X : data frame, or array of shape (n, d)
            The rows to learn from, as they are: texts, dates and missing values too.
        y : array of shape (n,) or (n, columns)
            Their classes or values.
        sample_weight : array of shape (n,), default=None
            The rows' weights: a row of weight 2 counts as the row twice.
        groups : array of shape (n,), default=None
            Group of each row; rows of one group stay together in the folds.
        time : array of shape (n,), default=None
            When each row was taken: numbers, dates, or texts that are dates. The folds
            are then blocks of time, of which the last is the first to judge.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            For parameters, tables and targets that cannot work.
        KeyboardInterrupt
            Where Ctrl-C came before training began.

        Warns
        -----
        UserWarning
            Where Ctrl-C ended it: the networks so far predict.
        """
        check_rules(self, ())
        fitted = copy(self)
        columns = fitted._told_columns(X)
        rows = fitted._read_rows(X, y, sample_weight, groups, time)
        fitted._fit(rows, columns, target_name(y))
        self.__dict__ = {**vars(fitted)}
        return self

    def _told_columns(self, X: Any) -> dict[str, Any]:
        """What columns are by the types of a frame, or as the user says, who wins."""
        declared = {"kind": "category", "why": "its type is a category"}
        return dict.fromkeys(declared_categories(X), declared) | (self.columns or {})

    def _fit(self, rows: Rows, columns: dict[str, Any], target: Any) -> None:
        deadline = None
        if self.max_seconds is not None:
            deadline = clock.perf_counter() + self.max_seconds
        self._read_targets(rows.y)
        t = self._encode_targets(rows.y)
        self.schema_, values = Schema.learn(rows.table, columns)
        kinds = self.schema_.kinds
        self.encoder_ = Encoder.of(values, kinds, classification=self._classes)
        data = Data(self.encoder_.encode_binned(values), t, self._weigh(rows.y, rows.w))
        recipe = self._recipe(len(t))
        seed = int(check_random_state(self.random_state).randint(2**31))
        folds = cut(
            t,
            recipe,
            classes=self._classes,
            groups=rows.groups,
            time=rows.time,
            seed=seed,
        )
        members = self._train(data, folds, recipe, seed, deadline)
        self.networks_ = [member.network for member in members]
        self.histories_ = [member.run.history for member in members]
        self.record_ = record(rows.table, rows.y, target, folds)
        self._calibrate(members, data, rows)

    def _train(
        self,
        data: Data,
        folds: Folds,
        recipe: Recipe,
        seed: int,
        deadline: float | None,
    ) -> list[Member]:
        """Train the networks, and say what ended it."""
        with self._progress(recipe) as progress:
            members, self.stopped_ = ensemble.train_members(
                data,
                folds.held_out,
                recipe,
                self._builder(recipe, data.Z.shape[1]),
                seed,
                self.n_jobs or available_cores(),
                progress,
                deadline,
            )
        if self.stopped_ == "interrupted":
            warn(
                f"Training interrupted: {len(members)} of {len(folds.held_out)} "
                "networks were kept, and they predict."
            )
        return members

    def _recipe(self, rows: int) -> Recipe:
        """What networks are like for so many rows, with what the user has said."""
        recipe = recipe_for(self.effort, rows, self._classes)
        if self.hidden_layer_sizes is None:
            return recipe
        hidden = tuple(np.ravel(self.hidden_layer_sizes).astype(int).tolist())
        return dataclasses.replace(recipe, hidden=hidden)

    def _builder(self, recipe: Recipe, inputs: int) -> Any:
        """What builds the network of a member from its seed."""
        loss, outputs = self._loss()

        def build(seed: int) -> Network:
            return ensemble.network_of(recipe, inputs, outputs, loss, seed)

        return build

    @contextmanager
    def _progress(self, recipe: Recipe) -> Iterator[Any]:
        """A bar of all epochs of all members, where one is wanted."""
        if not self.verbose:
            yield None
            return
        runs: dict[int, Run] = {}
        with progress_bar("training", recipe.members * recipe.epochs) as show:

            def told(number: int, run: Run) -> None:
                runs[number] = run
                each = list(runs.values())
                # one that stopped early has no more epochs to come
                done = [recipe.epochs if run.stopped else run.epoch for run in each]
                show(*each, done=sum(done))

            yield told

    def _read_rows(
        self, X: Any, y: Any, sample_weight: Any, groups: Any, time: Any
    ) -> Rows:
        """The rows that have a weight, all of their parts checked."""
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is "
                "None."
            )
        table = self._read(X, reset=True)
        n = len(next(iter(table.values())))
        check_consistent_length(np.empty(n), y, groups, time)
        if n < 2:
            raise ValueError(f"n_samples={n}: there must be 2 rows or more.")
        w = read_weights(sample_weight, np.empty((n, 1)), "sample_weight")
        truth = read_truth(y)
        truth = check_array(truth, dtype=None, ensure_2d=False, input_name="y")
        if truth.dtype.kind in "mM":
            raise ValueError(
                "y holds dates or durations, which cannot be predicted; make numbers "
                "or classes of them."
            )
        groups = None if groups is None else np.asarray(read_truth(groups, "groups"))
        rows = Rows(table, truth, w, groups, read_time(time))
        keep = w > 0.0
        if keep.all():
            return rows
        if keep.sum() < 2:
            raise ValueError("sample_weight leaves fewer than 2 rows with a weight.")
        return rows.part(keep)

    def _read(self, X: Any, reset: bool = False) -> dict[str, NDArray[Any]]:
        """X as a table; at first its size is learned, and its names if it has some."""
        if is_sparse(X):
            raise TypeError("X is sparse, which a table cannot be; pass X.toarray().")
        if hasattr(X, "columns") or isinstance(X, dict):
            table = read_frame(X)
            if reset:
                self.n_features_in_ = len(table)
                self.feature_names_in_ = np.array(list(table), dtype=object)
            return table
        if reset:
            self.__dict__.pop("feature_names_in_", None)
        array = validate_data(self, X, reset=reset, dtype=None, ensure_all_finite=False)
        return read_frame(array)

    def _parse(self, X: Any) -> dict[str, NDArray[Any]]:
        """The values of the columns of X that are used."""
        check_is_fitted(self)
        return self.schema_.parse(self._read(X))

    def _encode(self, X: Any) -> Array | Binned:
        """The inputs (n, m) of the networks for the rows of X."""
        values = self._parse(X)
        if len(next(iter(values.values()))) == 1:  # read whole, that is the sooner
            return self.encoder_.encode(values)
        return self.encoder_.encode_binned(values)

    def novelty(self, X: Any) -> Novelty:
        """How far the rows of X lie from those that were learned, column by column.

        Parameters
        ----------
        X : data frame, or array of shape (n, d)
            A table with the columns of the first one.

        Returns
        -------
        Novelty
            How many rows hold categories that were never seen, values outside the range
            of those that were, and gaps where there were none; its text is one line.
        """
        values = self._parse(X)
        return novelty(values, self.encoder_)

    def diagnose(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None
    ) -> Diagnosis:
        """What is wrong with the fit, by which number, and which setting to change.

        The first of the networks is looked at.

        Parameters
        ----------
        X : data frame, or array of shape (n, d)
            The rows that were learned from.
        y : array of shape (n,) or (n, columns)
            Their classes or values.
        sample_weight : array of shape (n,), default=None
            Their weights.

        Returns
        -------
        Diagnosis
            The findings; prints itself.
        """
        Z = self.encoder_.encode(self._parse(X))  # rules look at each input
        check_consistent_length(Z, y)
        truth = np.asarray(read_truth(y))
        w = read_weights(sample_weight, Z, "sample_weight")
        return diagnose_member(
            self.networks_[0],
            self.histories_[0],
            Z,
            self._encode_targets(truth),
            self._weigh(truth, w),
            self.encoder_.names,
        )

    # What the two estimators fill in

    def _read_targets(self, y: NDArray[Any]) -> None:
        """Give y its meaning."""
        raise NotImplementedError

    def _encode_targets(self, y: NDArray[Any]) -> NDArray[Any]:
        """y as networks learn it."""
        raise NotImplementedError

    def _weigh(self, y: NDArray[Any], w: Array) -> Array:
        """The rows' weights in training, with those of their classes."""
        return w

    def _loss(self) -> tuple[Loss | str, int]:
        """The loss of the networks, and how many outputs they have."""
        raise NotImplementedError

    def _calibrate(self, members: list[Member], data: Data, rows: Rows) -> None:
        """Choose what the out-of-fold predictions are needed for."""
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.target_tags.multi_output = True
        return tags
