"""A component of a script's, in worker processes."""

import subprocess
import sys

import pytest

SCRIPT = """
import warnings
from dataclasses import dataclass
import numpy as np
from sklearn.model_selection import GridSearchCV
from halfmoon import ACTIVATIONS, Activation, MLPClassifier, datasets

SHARE = 0.3

def helper(z):
    return z * SHARE

@ACTIVATIONS.register("own_bent")
@dataclass(frozen=True)
class Bent(Activation):
    k: float = 1.0

    def f(self, z):
        t = np.tanh(z)
        return t + self.k * helper(t)

    def df(self, z, a):
        t = np.tanh(z)
        return (1.0 - t * t) * (1.0 + SHARE * self.k)

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    X, y = datasets.make("moons", n=60, noise=0.2, seed=0)
    model = MLPClassifier((3,), max_iter=10, random_state=0)
    for n_jobs in 1, 2:
        search = GridSearchCV(
            model, {"activation": ["own_bent", Bent(2.0), "own_bent:k=2.0"]},
            n_jobs=n_jobs, cv=2, scoring="neg_log_loss", error_score="raise",
        )
        search.fit(X, y)
        print(search.cv_results_["mean_test_score"].tobytes().hex())
        print(search.best_estimator_.engine_)
"""


@pytest.mark.slow
def test_workers_compute_with_a_scripts_component_as_its_own_process_does(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=True
    )
    *lines, _ = done.stdout.split("\n")
    assert lines[1::2] == ["compiled", "compiled"]
    assert lines[0] == lines[2]
