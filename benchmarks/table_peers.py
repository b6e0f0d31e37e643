"""Other methods for tables: each makes a model from the task and the categories."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)

# whether classes are learned, the columns of categories, a seed
Make = Callable[[bool, list[str], int], Any]
TEXTS = make_column_selector(dtype_include=object)
NUMBERS = make_column_selector(dtype_exclude=object)


def scaled() -> Any:
    """Numbers standardised, categories as zeros and ones, missing values filled."""
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    texts = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="missing"),
        OneHotEncoder(handle_unknown="ignore"),
    )
    return make_column_transformer((numbers, NUMBERS), (texts, TEXTS))


def as_categories(table: Any) -> Any:
    """Texts as pandas' categories, which boosted trees read."""
    table = table.copy()
    for name in table.select_dtypes(include=object):
        table[name] = table[name].astype("category")
    return table


def codes_as_categories(table: Any) -> Any:
    """Categories that are written as numbers, of the type that says what they are."""
    table = table.copy()
    for name in table.select_dtypes(include=object):
        if table[name].map(lambda value: isinstance(value, int | float)).all():
            table[name] = table[name].astype("category")
    return table


def dummy(classes: bool, categories: list[str], seed: int) -> Any:
    """The same answer for all."""
    return DummyClassifier() if classes else DummyRegressor()


def linear(classes: bool, categories: list[str], seed: int) -> Any:
    """Logistic or ridge regression."""
    return make_pipeline(
        scaled(), LogisticRegression(max_iter=1000) if classes else Ridge()
    )


def mlp(classes: bool, categories: list[str], seed: int) -> Any:
    """scikit-learn's network."""
    kind = MLPClassifier if classes else MLPRegressor
    return make_pipeline(scaled(), kind(random_state=seed))


def forest(classes: bool, categories: list[str], seed: int) -> Any:
    """A random forest."""
    kind = RandomForestClassifier if classes else RandomForestRegressor
    return make_pipeline(scaled(), kind(random_state=seed))


def hgb(classes: bool, categories: list[str], seed: int) -> Any:
    """scikit-learn's boosted trees; they take at most 255 categories of a column."""
    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=float("nan"),
        max_categories=254,
    )
    first = make_column_transformer((codes, TEXTS), remainder="passthrough")
    trees = kind(random_state=seed, categorical_features=range(len(categories)))
    return make_pipeline(first, trees)


def lightgbm(classes: bool, categories: list[str], seed: int) -> Any:
    """LightGBM."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMClassifier if classes else LGBMRegressor
    trees = kind(random_state=seed, n_jobs=1, verbose=-1)
    return make_pipeline(FunctionTransformer(as_categories), trees)


def catboost(classes: bool, categories: list[str], seed: int) -> Any:
    """CatBoost."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostClassifier if classes else CatBoostRegressor
    trees = kind(
        random_seed=seed,
        thread_count=1,
        verbose=False,
        allow_writing_files=False,
        cat_features=categories,
    )

    def texts(table: Any) -> Any:
        return table.fillna(dict.fromkeys(categories, "missing"))

    return make_pipeline(FunctionTransformer(texts), trees)


def halfmoon(effort: int) -> Make:
    """Ours, with so much effort."""

    def make(classes: bool, categories: list[str], seed: int) -> Any:
        from halfmoon import TabularClassifier, TabularRegressor

        kind = TabularClassifier if classes else TabularRegressor
        model = kind(effort=effort, random_state=seed, n_jobs=1)
        return make_pipeline(FunctionTransformer(codes_as_categories), model)

    return make


METHODS: dict[str, Make] = {
    "halfmoon_1": halfmoon(1),
    "halfmoon_3": halfmoon(3),
    "halfmoon_5": halfmoon(5),
    "dummy": dummy,
    "linear": linear,
    "mlp": mlp,
    "forest": forest,
    "hgb": hgb,
    "lightgbm": lightgbm,
    "catboost": catboost,
}


def installed() -> list[str]:
    """The methods that can be run here; the longest of ours is left out."""
    missing = {name for name in ("lightgbm", "catboost") if find_spec(name) is None}
    return [name for name in METHODS if name not in missing | {"halfmoon_5"}]
