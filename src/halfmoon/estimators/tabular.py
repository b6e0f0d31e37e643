"""`TabularClassifier` and `TabularRegressor`: a table as it is, and a good model of it.

How they learn is in `tabular_base`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from halfmoon.arrays.elementary import Array
from halfmoon.components.losses import Loss
from halfmoon.components.losses.joint import SoftmaxCrossEntropy
from halfmoon.components.rules import NONE, OneOf, OrList
from halfmoon.estimators import conformal, ensemble
from halfmoon.estimators.ensemble import Data, Member
from halfmoon.estimators.fields import DICT, parameter, parameters
from halfmoon.estimators.labels import Labels
from halfmoon.estimators.tabular_base import Rows, Tabular
from halfmoon.estimators.units import Units


@parameters
class TabularClassifier(ClassifierMixin, Tabular):  # type: ignore[misc]
    """Classes from a table as it is: numbers, categories, dates, missing values.

    Several small networks learn the encoded table, each judged by rows that it has not
    learned from; their probabilities are averaged. What each column was taken for is
    told by ``print(model.schema_)``. y may have several columns of classes.

    Attributes
    ----------
    classes_ : array of shape (classes,), or a list of them
        The classes, sorted; of each column of y, if it has several.
    targets_ : Labels
        What y means to the networks.
    schema_ : Schema
        What was decided about each column; it prints as one line a column.
    encoder_ : Encoder
        What turns values into inputs.
    networks_ : list of Network
        The trained networks.
    histories_ : list of History
        The history of each network's training.
    stopped_ : str
        "interrupted" by Ctrl-C, "time" by `max_seconds`, or else "".
    temperature_ : float
        What raw predictions are divided by: above 1 the networks were too sure.
    scores_ : tuple of Scores
        How far off predictions were for rows that were not learned from, for each
        column of y: what sets are made by.
    record_ : dict
        What the fit was made of, as plain data: rows, columns, the target's name, a
        fingerprint of the data, how the rows were cut into folds.

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

    class_weight: Any = parameter(
        None,
        OrList(NONE | OneOf("balanced") | DICT),
        "weight of each class, of all columns of y or of each; or 'balanced'",
    )

    _classes = True

    def _read_targets(self, y: NDArray[Any]) -> None:
        if y.dtype.kind not in "OUS":
            check_classification_targets(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.targets_ = Labels(y, [np.unique(column) for column in y.T])
        else:
            self.targets_ = Labels(column_or_1d(y, warn=True))
        self.classes_ = self.targets_.classes
        if min(self.targets_.sizes) < 2:
            raise ValueError(
                f"y has one class only, {self.classes_.tolist()[0]!r}; there is "
                "nothing to learn."
            )

    def _encode_targets(self, y: NDArray[Any]) -> NDArray[Any]:
        return self.targets_.codes(self._as_labels(y))

    def _as_labels(self, y: NDArray[Any]) -> NDArray[Any]:
        """y with one column less, if it has one only."""
        return y if self.targets_.kind == "columns" else y.reshape(len(y))

    def _weigh(self, y: NDArray[Any], w: Array) -> Array:
        return self.targets_.weigh(self.class_weight, self._as_labels(y), w)

    def _loss(self) -> tuple[Loss | str, int]:
        sizes = self.targets_.sizes
        several = sizes if len(sizes) > 1 else None
        return SoftmaxCrossEntropy(sizes=several), sum(sizes)

    def _calibrate(self, members: list[Member], data: Data, rows: Rows) -> None:
        held, z = ensemble.out_of_fold(members, data)
        sizes = self.targets_.sizes
        t = data.t[held].reshape(len(held), -1)
        self.temperature_ = ensemble.temperature(z, t, data.w[held], sizes)
        p = ensemble.probabilities(z, self.temperature_, sizes)
        self.scores_ = tuple(
            conformal.learn_scores(conformal.class_scores(group, codes), rows.w[held])
            for group, codes in zip(ensemble.split(p, sizes), t.T, strict=True)
        )

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class.

        Parameters
        ----------
        X : data frame, or array of shape (n, d)
            A table with the columns of the first one.

        Returns
        -------
        array of shape (n, classes), or a list of them
            Between 0 and 1, 1 in each row's sum; of each column of y, if it has
            several.
        """
        Z = self._encode(X)
        sizes = self.targets_.sizes
        p = ensemble.mean_probabilities(self.networks_, Z, self.temperature_, sizes)
        return self.targets_.probabilities(p)

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row.

        Parameters
        ----------
        X : data frame, or array of shape (n, d)
            A table with the columns of the first one.

        Returns
        -------
        array of shape (n,), or (n, columns)
            Classes, as y was in `fit`.
        """
        Z = self._encode(X)
        sizes = self.targets_.sizes
        p = ensemble.mean_probabilities(self.networks_, Z, self.temperature_, sizes)
        return self.targets_.decode(p)

    def predict_set(self, X: Any, coverage: float = 0.9) -> Any:
        """The classes among which the true one is, as often as is asked.

        Of rows like those that were learned from, at least the share `coverage` have
        their true class in their set; not so of each class by itself, as of a rare one.

        Parameters
        ----------
        X : data frame, or array of shape (n, d)
            A table with the columns of the first one.
        coverage : float, default=0.9
            Which share of the rows is to have its true class in its set.

        Returns
        -------
        array of bool of shape (n, classes), or a list of them
            Whether each class is in the row's set, which has one class or more.

        Raises
        ------
        ValueError
            For a coverage that too few rows were held out for.
        """
        p = self.predict_proba(X)
        limits = [scores.limit(coverage) for scores in self.scores_]
        if self.targets_.kind != "columns":
            return conformal.class_sets(p, limits[0])
        return [conformal.class_sets(*each) for each in zip(p, limits, strict=True)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


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
    stopped_ : str
        "interrupted" by Ctrl-C, "time" by `max_seconds`, or else "".
    units_ : Units
        Mean and spread of y, in which networks learn it, and the bounds of predictions.
    scores_ : tuple of Scores
        How far off predictions were for rows that were not learned from, for each
        column of y: what intervals are made by.
    widths_ : tuple of Widths
        The mean error of such rows by their prediction, for each column of y.
    record_ : dict
        What the fit was made of, as plain data: rows, columns, the target's name, a
        fingerprint of the data, how the rows were cut into folds.

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

    def _read_targets(self, y: NDArray[Any]) -> None:
        self.units_ = Units.of(y)

    def _encode_targets(self, y: NDArray[Any]) -> NDArray[Any]:
        return self.units_.standardize(y)

    def _loss(self) -> tuple[Loss | str, int]:
        return "squared_error", len(self.units_.mean)

    def _calibrate(self, members: list[Member], data: Data, rows: Rows) -> None:
        held, z = ensemble.out_of_fold(members, data)
        y = rows.y[held].astype(np.float64).reshape(len(held), -1)
        y_hat = self.units_.restore(z)
        pairs = list(zip(y.T, y_hat.T, strict=True))
        self.widths_ = tuple(conformal.learn_widths(*pair) for pair in pairs)
        self.scores_ = tuple(
            conformal.learn_scores(conformal.value_scores(*pair, widths), rows.w[held])
            for pair, widths in zip(pairs, self.widths_, strict=True)
        )

    def _values(self, X: Any) -> Array:
        """The value of each row (n, columns)."""
        Z = self._encode(X)
        return self.units_.restore(ensemble.mean_values(self.networks_, Z))

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
        values = self._values(X)
        return values[:, 0] if self.units_.is_column else values

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Array:
        """The interval in which the true value lies, as often as is asked.

        Of rows like those that were learned from, at least the share `coverage` have
        their value in their interval. It is wider where predictions like this one were
        further off.

        Parameters
        ----------
        X : data frame, or array of shape (n, d)
            A table with the columns of the first one.
        coverage : float, default=0.9
            Which share of the rows is to have its value in its interval.

        Returns
        -------
        array of shape (n, 2), or (n, columns, 2)
            The lower and the upper end, around what `predict` says.

        Raises
        ------
        ValueError
            For a coverage that too few rows were held out for.
        """
        values = self._values(X)
        limits = [scores.limit(coverage) for scores in self.scores_]
        known = zip(values.T, self.widths_, limits, strict=True)
        columns = [conformal.intervals(*each) for each in known]
        return columns[0] if self.units_.is_column else np.stack(columns, axis=1)
