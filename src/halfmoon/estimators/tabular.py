"""`TabularClassifier` and `TabularRegressor`: a table as it is, and a good model of it.

    table -> schema -> values -> encoder -> float32 inputs -> several networks -> mean

The schema says what each column is and refuses a table that is not like the first; the
encoder turns its values into inputs; `recipe` says what the networks are like, and
`ensemble` trains them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_array, check_consistent_length, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.components.rules import BOOLEAN, INF, NONE, Integer
from halfmoon.engines.cores import available_cores
from halfmoon.estimators import ensemble
from halfmoon.estimators.ensemble import Data
from halfmoon.estimators.fields import DICT, RANDOM_STATE, parameter, parameters
from halfmoon.estimators.parameters import check_rules
from halfmoon.estimators.reading import read_truth, read_weights
from halfmoon.estimators.recipe import EFFORTS, Recipe, recipe_for
from halfmoon.network import Network
from halfmoon.tables.encoding import Encoder
from halfmoon.tables.frames import read_frame
from halfmoon.tables.schema import Schema
from halfmoon.training.progress import progress_bar
from halfmoon.training.run import Run
from halfmoon.training.warn import warn


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
    ) -> Self:
        """Learn from the rows of a table X and their y.

        A fit that fails leaves the estimator as it was.

        Parameters
        ----------
        X : data frame, or array of shape (n, d)
            The rows to learn from, as they are: texts, dates and missing values too.
        y : array of shape (n,), or for values (n, columns)
            Their classes or values.
        sample_weight : array of shape (n,), default=None
            The rows' weights: a row of weight 2 counts as the row twice.
        groups : array of shape (n,), default=None
            Group of each row; rows of one group stay together in the folds.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            For parameters, tables and targets that cannot work.

        Warns
        -----
        UserWarning
            Where Ctrl-C ended it: the networks so far predict.
        """
        check_rules(self, ())
        fitted = copy(self)
        fitted._fit(X, y, sample_weight, groups)
        self.__dict__ = {**vars(fitted)}
        return self

    def _fit(self, X: Any, y: Any, sample_weight: Any, groups: Any) -> None:
        table, w, keep = self._read_rows(X, y, sample_weight, groups)
        truth = read_truth(y)
        truth = check_array(truth, dtype=None, ensure_2d=False, input_name="y")
        t = self._read_targets(truth[keep])
        self.schema_, values = Schema.learn(table, self.columns)
        kinds = self.schema_.kinds
        self.encoder_ = Encoder.of(values, kinds, classification=self._classes)
        data = Data(self.encoder_.encode(values), t, w)
        recipe = recipe_for(self.effort, len(t), self._classes)
        seed = int(check_random_state(self.random_state).randint(2**31))
        groups = None if groups is None else np.asarray(groups)[keep]
        held_out = ensemble.cut(data, recipe, self._classes, groups, seed)
        with self._progress(recipe) as progress:
            members, interrupted = ensemble.train_members(
                data,
                held_out,
                recipe,
                self._builder(recipe, data),
                seed,
                self.n_jobs or available_cores(),
                progress,
            )
        self.networks_ = [member.network for member in members]
        self.histories_ = [member.run.history for member in members]
        self._calibrate(members, data)
        if interrupted:
            warn(
                f"Training interrupted: {len(members)} of {recipe.members} networks "
                "were kept, and they predict."
            )

    def _builder(self, recipe: Recipe, data: Data) -> Any:
        """What builds the network of a member from its seed."""
        loss = "softmax_cross_entropy" if self._classes else "squared_error"
        d = data.Z.shape[1]
        k = self._outputs(data.t)

        def build(seed: int) -> Network:
            return ensemble.network_of(recipe, d, k, loss, seed)

        return build

    @contextmanager
    def _progress(self, recipe: Recipe) -> Iterator[Any]:
        """A bar of all epochs of all members, where one is wanted."""
        if not self.verbose:
            yield None
            return
        done: dict[int, int] = {}
        with progress_bar("training", recipe.members * recipe.epochs) as show:

            def told(number: int, run: Run) -> None:
                done[number] = run.epoch
                show(run, sum(done.values()))

            yield told

    def _read_rows(
        self, X: Any, y: Any, sample_weight: Any, groups: Any
    ) -> tuple[dict[str, NDArray[Any]], Array, NDArray[np.bool_]]:
        """The table, the weights, and which rows have one: rows of weight 0 go."""
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is "
                "None."
            )
        table = self._read(X, reset=True)
        rows = len(next(iter(table.values())))
        check_consistent_length(np.empty(rows), y, groups)
        if rows < 2:
            raise ValueError(f"n_samples={rows}: there must be 2 rows or more.")
        w = read_weights(sample_weight, np.empty((rows, 1)), "sample_weight")
        keep = w > 0.0
        if keep.all():
            return table, w, keep
        if keep.sum() < 2:
            raise ValueError("sample_weight leaves fewer than 2 rows with a weight.")
        return {name: column[keep] for name, column in table.items()}, w[keep], keep

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

    def _encode(self, X: Any) -> Array:
        """The inputs (n, m) of the networks for the rows of X."""
        check_is_fitted(self)
        return self.encoder_.encode(self.schema_.parse(self._read(X)))

    # What the two estimators fill in

    def _read_targets(self, y: Any) -> NDArray[Any]:
        """y as networks learn it."""
        raise NotImplementedError

    def _outputs(self, t: NDArray[Any]) -> int:
        """How many outputs a network has."""
        raise NotImplementedError

    def _calibrate(self, members: list[ensemble.Member], data: Data) -> None:
        """Choose what the out-of-fold predictions are needed for."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


@parameters
class TabularClassifier(ClassifierMixin, Tabular):  # type: ignore[misc]
    """Classes from a table as it is: numbers, categories, dates, missing values.

    Several small networks learn the encoded table, each judged by rows that it has not
    learned from; their probabilities are averaged. What each column was taken for is
    told by ``print(model.schema_)``.

    Attributes
    ----------
    classes_ : array of shape (classes,)
        The classes, sorted.
    schema_ : Schema
        What was decided about each column; it prints as one line a column.
    encoder_ : Encoder
        What turns values into inputs.
    networks_ : list of Network
        The trained networks.
    histories_ : list of History
        The history of each network's training.
    temperature_ : float
        What raw predictions are divided by: above 1 the networks were too sure.

    Examples
    --------
    >>> import pandas as pd
    >>> from halfmoon import TabularClassifier
    >>> table = pd.DataFrame({"age": [22, 38, 26, 35] * 10, "sex": ["m", "f"] * 20})
    >>> survived = ["no", "yes"] * 20
    >>> model = TabularClassifier(effort=1, random_state=0).fit(table, survived)
    >>> model.predict(table[:3])
    array(['no', 'yes', 'no'], dtype='<U3')
    """

    _classes = True

    def _read_targets(self, y: Any) -> NDArray[Any]:
        check_classification_targets(y)
        self.classes_, t = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y has one class only, {self.classes_[0]!r}; there is nothing to "
                "learn."
            )
        return t

    def _outputs(self, t: NDArray[Any]) -> int:
        return len(self.classes_)

    def _calibrate(self, members: list[ensemble.Member], data: Data) -> None:
        self.temperature_ = ensemble.temperature(members, data)

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class.

        Parameters
        ----------
        X : data frame, or array of shape (n, d)
            A table with the columns of the first one.

        Returns
        -------
        array of shape (n, classes)
            Between 0 and 1, 1 in each row's sum.
        """
        Z = self._encode(X)
        return ensemble.mean_probabilities(self.networks_, Z, self.temperature_)

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row.

        Parameters
        ----------
        X : data frame, or array of shape (n, d)
            A table with the columns of the first one.

        Returns
        -------
        array of shape (n,)
            Classes.
        """
        p = self.predict_proba(X)
        return self.classes_[p.argmax(axis=1)]


@parameters
class TabularRegressor(RegressorMixin, Tabular):  # type: ignore[misc]
    """Values from a table as it is: numbers, categories, dates, missing values.

    Several small networks learn the encoded table, each judged by rows that it has not
    learned from; their predictions are averaged.

    Attributes
    ----------
    schema_ : Schema
        What was decided about each column; it prints as one line a column.
    encoder_ : Encoder
        What turns values into inputs.
    networks_ : list of Network
        The trained networks.
    histories_ : list of History
        The history of each network's training.

    Examples
    --------
    >>> import pandas as pd
    >>> from halfmoon import TabularRegressor
    >>> table = pd.DataFrame({"rooms": [1, 2, 3, 4] * 10, "heated": ["y", "n"] * 20})
    >>> rent = 300.0 * table["rooms"]
    >>> model = TabularRegressor(effort=1, random_state=0).fit(table, rent)
    >>> model.predict(table[:2]).round(-2)
    array([300., 600.])
    """

    def _read_targets(self, y: Any) -> NDArray[Any]:
        values = np.asarray(y, dtype=np.float64)
        self._is_column = values.ndim == 1
        values = values.reshape(len(values), -1)
        self._mean = values.mean(axis=0)
        spread = values.std(axis=0)
        self._bounds = values.min(axis=0) - spread, values.max(axis=0) + spread
        self._spread = np.where(spread > 0.0, spread, 1.0)
        return ((values - self._mean) / self._spread).astype(np.float32)

    def _outputs(self, t: NDArray[Any]) -> int:
        return t.shape[1]

    def predict(self, X: Any) -> Array:
        """The value of each row.

        Parameters
        ----------
        X : data frame, or array of shape (n, d)
            A table with the columns of the first one.

        Returns
        -------
        array of shape (n,), or (n, columns)
            As y was in `fit`; at most a standard deviation beyond the values seen.
        """
        Z = self._encode(X)
        values = ensemble.mean_values(self.networks_, Z)
        values = values * self._spread + self._mean
        values = values.clip(*self._bounds)  # not absurdly far from what was seen
        return values[:, 0] if self._is_column else values

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
