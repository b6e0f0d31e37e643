"""What pickles of fits say first: a version, which a newer one is refused by."""

import pickle

import pytest

from fits import assert_same, fit
from halfmoon.training import pickles
from small import X, Y, one_thread, short

pytestmark = one_thread


def test_a_state_says_its_version_first_and_comes_back_without_it():
    state = pickles.with_version({"a": 1})
    assert list(state) == [pickles.NAME, "a"]
    assert pickles.without_version(state) == {"a": 1}
    assert pickles.without_version({"a": 1}) == {"a": 1}  # written before there was one


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_pickles_of_a_newer_form_are_refused_with_the_remedy(monkeypatch):
    made = [fit()[1], short(max_iter=2).fit(X, Y)]
    again = pickle.loads(pickle.dumps(made[0]))
    assert_same((fit()[0], again), (fit()[0], made[0]))
    monkeypatch.setattr(pickles, "VERSION", 7)
    texts = [pickle.dumps(each) for each in made]
    monkeypatch.undo()
    for text in texts:
        with pytest.raises(ValueError, match=r"newer halfmoon .* version 7 .* update"):
            pickle.loads(text)
