"""Three measured models, made by hand and with scikit-learn, for pages to show."""

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon.report.measured import (
    Baseline,
    Calibration,
    CalibrationBin,
    ClassCurves,
    ColumnFacts,
    Confusion,
    Costs,
    Coverage,
    Dependence,
    Difference,
    Importance,
    LearningCurve,
    Measured,
    Mistake,
    Note,
    Reproduction,
    Residuals,
    RowCounts,
    Score,
    SplitFacts,
    Thresholds,
    Verdict,
)

LONG = "a_name_without_a_place_to_break_it_as_databases_export_them_for_columns"
COMMAND = "halfmoon fit patients.csv --target outcome"
PYTHON = """\
import pandas as pd

from halfmoon import TabularClassifier

frame = pd.read_csv("patients.csv")
model = TabularClassifier(random_state=0)
model.fit(frame.drop(columns="outcome"), frame["outcome"])
"""


def floats(values):
    return tuple(float(value) for value in values)


def ints(values):
    return tuple(int(value) for value in values)


def split(load, *, classes):
    data = load()
    return data, train_test_split(
        data.data,
        data.target,
        random_state=0,
        stratify=data.target if classes else None,
    )


def curves_of(name, is_it, p):
    fpr, tpr, _ = roc_curve(is_it, p)
    precision, recall, _ = precision_recall_curve(is_it, p)
    return ClassCurves(
        name=name,
        false_positive_rate=floats(fpr),
        true_positive_rate=floats(tpr),
        auc=float(roc_auc_score(is_it, p)),
        recall=floats(recall),
        precision=floats(precision),
        average_precision=float(average_precision_score(is_it, p)),
        share=float(np.mean(is_it)),
    )


def calibration_of(name, is_it, p):
    observed, predicted = calibration_curve(is_it, p, n_bins=8, strategy="quantile")
    bins = tuple(
        CalibrationBin(float(a), float(b), max(b - 0.1, 0.0), min(b + 0.1, 1.0), 18)
        for a, b in zip(predicted, observed, strict=True)
    )
    return Calibration(name, bins, 0.021, by_chance=0.018)


def thresholds_of(negative, positive, y, p):
    values = np.linspace(0.0, 1.0, 101)
    taken = p[:, np.newaxis] >= values
    is_it = (y == 1)[:, np.newaxis]
    return Thresholds(
        positive=positive,
        negative=negative,
        values=floats(values),
        true_positive=ints((taken & is_it).sum(axis=0)),
        false_positive=ints((taken & ~is_it).sum(axis=0)),
        false_negative=ints((~taken & is_it).sum(axis=0)),
        true_negative=ints((~taken & ~is_it).sum(axis=0)),
    )


def score(name, value, half):
    labels = {
        "accuracy": "accuracy",
        "balanced_accuracy": "balanced accuracy",
        "log_loss": "log-loss",
        "auc": "AUC",
        "rmse": "RMSE",
        "mae": "MAE",
        "r2": "R²",
    }
    larger = name not in {"log_loss", "rmse", "mae"}
    return Score(name, labels[name], value, value - half, value + half, larger)


def difference(one, value, half):
    return Difference(
        one.name,
        one.label,
        value,
        value - half,
        value + half,
        one.larger_is_better,
    )


def baselines(scores, linear):
    """Worse, nearly as good, and a boosting that could not be fitted."""
    shown = []
    for name, label, worse, told in (
        ("dummy", "most frequent class", 0.4, "Always predicts the same."),
        ("linear", linear, 0.02, "One weight a column."),
        ("boosting", "gradient boosting", 0.01, "Trees, one after the other."),
    ):
        signs = [1.0 if each.larger_is_better else -1.0 for each in scores]
        own = tuple(
            score(
                each.name,
                each.value - sign * worse * abs(each.value),
                0.02 if each.value < 2.0 else 4.0,
            )
            for each, sign in zip(scores, signs, strict=True)
        )
        apart = tuple(
            difference(
                each,
                sign * worse * abs(each.value),
                0.02 if each.value < 2.0 else 1.5,
            )
            for each, sign in zip(scores, signs, strict=True)
        )
        shown.append(Baseline(name, label, told, own, apart, 0.31))
    return tuple(shown)


def learning(seed):
    rng = np.random.default_rng(seed)
    epochs = np.arange(1, 41)
    loss = 0.1 + 0.6 * np.exp(-epochs / 9.0) + 0.004 * rng.normal(size=40)
    validation = loss + 0.03 + 0.0008 * epochs
    best = int(np.argmin(validation)) + 1
    return LearningCurve(ints(epochs), floats(loss), floats(validation), best)


def columns_of(names):
    return tuple(
        ColumnFacts(
            str(name),
            "number",
            "all cells are numbers",
            0.0 if i else 0.034,
            used=i != 3,
        )
        for i, name in enumerate(names)
    )


def common(names, **parts):
    """What is alike in all of them."""
    n = parts.pop("shape")[0]
    importance = tuple(
        Importance(str(name), 0.2 * 0.6**i, 0.15 * 0.6**i, 0.26 * 0.6**i)
        for i, name in enumerate(names[:10])
    )
    standard = {
        "source": "patients.csv",
        "reading": "CSV, 569 rows, 31 columns; utf-8, a comma between cells.",
        "columns": columns_of(names),
        "rows": RowCounts(train=n - n // 4, test=n // 4, left_out=2),
        "split": SplitFacts(
            "random",
            "A fifth of the rows, drawn at random, was kept for the test.",
            ("The column visit holds dates; if rows to come are later, give it.",),
        ),
        "learning_curves": tuple(learning(seed) for seed in range(5)),
        "confusion": None,
        "class_curves": (),
        "calibration": None,
        "thresholds": None,
        "residuals": None,
        "importance": importance,
        "notes": (
            Note(
                "HM-T02",
                "data",
                "rows occur twice",
                "7 rows occur twice; 3 of the test rows are among the learned ones.",
                None,
                "Remove them before the split.",
            ),
            Note(
                "HM-D03",
                "networks",
                "The best epoch is the last",
                "2 of 5 networks were still improving when training ended.",
                None,
                "Train for more epochs.",
            ),
        ),
        "costs": Costs(12.3, 0.004, 0.0006, 312_000_000, 48_000, 5, 10_240),
        "reproduction": Reproduction(
            COMMAND,
            PYTHON,
            {"effort": 3, "random_state": 0},
            {"halfmoon": "0.2.0", "numpy": "2.4.6"},
            "sha256:" + 8 * "0123abcd",
        ),
    }
    return Measured(**(standard | parts))


def mistakes_of(names, X, truth, predicted, errors, probabilities=None):
    worst = np.argsort(-np.abs(errors))[:8]
    return tuple(
        Mistake(
            row=int(i) + 1,
            truth=str(truth[i]),
            predicted=str(predicted[i]),
            probability=None if probabilities is None else float(probabilities[i]),
            error=float(errors[i]),
            cells={str(name): f"{X[i, j]:.4g}" for j, name in enumerate(names[:8])},
        )
        for i in worst
    )


def two_classes():
    """Tumours, benign or malignant."""
    data, (X_train, X, y_train, y) = split(load_breast_cancer, classes=True)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train, y_train)
    P = model.predict_proba(X)
    y_hat = P.argmax(axis=1)
    classes = tuple(map(str, data.target_names))
    scores = (
        score("log_loss", 0.0812, 0.03),
        score("accuracy", 0.965, 0.022),
        score("balanced_accuracy", 0.96, 0.025),
        score("auc", 0.994, 0.005),
    )
    own = P[np.arange(len(y)), y]
    names = data.feature_names
    return common(
        names,
        shape=data.data.shape,
        task="classification",
        task_reason="it holds 2 different texts",
        target="outcome",
        classes=classes,
        class_shares=(0.37, 0.63),
        scores=scores,
        baselines=baselines(scores, "logistic regression"),
        verdict=Verdict(
            "ties",
            "The networks predict outcome as well as logistic regression.",
            (
                "Of 143 rows that they have not learned from, 96.5 % are right.",
                "A simpler model would do.",
            ),
            "log_loss",
            "logistic regression",
        ),
        confusion=Confusion(
            classes, tuple(ints(row) for row in confusion_matrix(y, y_hat))
        ),
        class_curves=(curves_of(classes[1], y == 1, P[:, 1]),),
        calibration=calibration_of(classes[1], y == 1, P[:, 1]),
        thresholds=thresholds_of(*classes, y, P[:, 1]),
        coverage=(Coverage("sets", 0.9, 0.916, 0.86, 0.95, 1.02),),
        importance_metric="log-loss",
        dependence=(
            *(dependence(str(name), [classes[1]]) for name in names[:3]),
            Dependence(
                "visit",
                "category",
                ("first", "second", "emergency"),
                (classes[1],),
                ((0.61, 0.64, 0.55),),
                (0.5, 0.3, 0.2),
            ),
        ),
        mistakes=mistakes_of(
            names,
            X,
            data.target_names[y],
            data.target_names[y_hat],
            -np.log(own),
            own,
        ),
    )


def dependence(name, outputs):
    values = np.linspace(10.0, 30.0, 20)
    responses = tuple(
        floats(0.2 + 0.2 * c + 0.1 * np.tanh((values - 20.0) / 3.0))
        for c in range(len(outputs))
    )
    shares = floats(np.full(20, 0.05))
    return Dependence(name, "number", floats(values), tuple(outputs), responses, shares)


def three_classes():
    """Wines of three growers."""
    data, (X_train, X, y_train, y) = split(load_wine, classes=True)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train, y_train)
    P = model.predict_proba(X)
    y_hat = P.argmax(axis=1)
    classes = ("Barolo", "Grignolino", "Barbera")
    scores = (
        score("log_loss", 0.0512, 0.03),
        score("accuracy", 0.978, 0.03),
        score("balanced_accuracy", 0.98, 0.03),
    )
    own = P[np.arange(len(y)), y]
    names = data.feature_names
    return common(
        names,
        shape=data.data.shape,
        task="classification",
        task_reason="it holds 3 different texts",
        target="grower",
        classes=classes,
        class_shares=(0.33, 0.4, 0.27),
        scores=scores,
        baselines=baselines(scores, "logistic regression"),
        verdict=Verdict(
            "wins",
            "The networks predict grower better than gradient boosting.",
            ("Of 45 rows that they have not learned from, 97.8 % are right.",),
            "log_loss",
            "gradient boosting",
        ),
        confusion=Confusion(
            classes, tuple(ints(row) for row in confusion_matrix(y, y_hat))
        ),
        class_curves=tuple(
            curves_of(name, y == c, P[:, c]) for c, name in enumerate(classes)
        ),
        calibration=calibration_of("the predicted class", y == y_hat, P.max(axis=1)),
        coverage=(Coverage("sets", 0.9, 0.93, 0.86, 0.98, 1.1),),
        importance_metric="log-loss",
        dependence=tuple(dependence(str(name), classes) for name in names[:4]),
        mistakes=mistakes_of(
            names,
            X,
            np.array(classes)[y],
            np.array(classes)[y_hat],
            -np.log(own),
            own,
        ),
    )


def values():
    """How diabetes progresses."""
    data, (X_train, X, y_train, y) = split(load_diabetes, classes=False)
    y_hat = Ridge().fit(X_train, y_train).predict(X)
    residuals = y - y_hat
    shares = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
    scores = (
        score("rmse", 56.1, 5.0),
        score("mae", 45.9, 4.4),
        score("r2", 0.4, 0.09),
    )
    names = [LONG, *data.feature_names[1:]]
    return common(
        names,
        shape=data.data.shape,
        task="regression",
        task_reason="it holds 214 different numbers",
        target="progression",
        classes=(),
        class_shares=(),
        scores=scores,
        baselines=baselines(scores, "ridge regression"),
        verdict=Verdict(
            "loses",
            "Gradient boosting predicts progression better than the networks.",
            ("Use it instead, or give the networks more effort.",),
            "rmse",
            "gradient boosting",
        ),
        residuals=Residuals(
            floats(y),
            floats(y_hat),
            tuple(
                (float(share), float(q))
                for share, q in zip(shares, np.quantile(residuals, shares), strict=True)
            ),
            float(residuals.mean()),
            float(residuals.std()),
        ),
        coverage=(Coverage("intervals", 0.9, 0.892, 0.83, 0.94, 182.0),),
        importance_metric="RMSE",
        dependence=tuple(dependence(str(name), ["progression"]) for name in names[:4]),
        mistakes=mistakes_of(names, X, y.round(1), y_hat.round(1), residuals),
    )
