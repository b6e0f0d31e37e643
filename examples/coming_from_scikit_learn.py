"""From scikit-learn, one line changes: the import.

Pipelines, searches and scores stay as they are, and there is more to search among.
"""

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# was: from sklearn.neural_network import MLPClassifier
from halfmoon import MLPClassifier

table, diagnosis = load_breast_cancer(return_X_y=True)
X, X_new, y, y_new = train_test_split(table, diagnosis, random_state=0)
network = MLPClassifier(
    hidden_layer_sizes=(16,), solver="lbfgs", max_iter=2000, random_state=0
)
grid = {
    "mlpclassifier__alpha": [0.01, 1.0, 10.0],
    # the last is not one of scikit-learn's
    "mlpclassifier__activation": ["tanh", "relu", "gelu"],
}
search = GridSearchCV(make_pipeline(StandardScaler(), network), grid, cv=3).fit(X, y)
alpha = search.best_params_["mlpclassifier__alpha"]
print(f"best alpha {alpha:g}: accuracy {search.best_score_:.1%} in cross-validation")
print(f"accuracy on new patients: {search.score(X_new, y_new):.1%}")
