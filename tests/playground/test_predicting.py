"""A row that is typed: its prediction, and what each column does to it."""

import pytest

from halfmoon.playground.predicting import predict_row
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup


@pytest.fixture(scope="module")
def moment():
    with Session(Setup(features=("x1", "x2", "x1 * x2"))) as session:
        session.advance(60)
        yield session.moment()


def test_a_row_is_predicted_and_each_column_moved_alone(moment):
    told = predict_row(moment, {"x1": "0.5", "x2": "-1"})

    def predict(x1, x2):
        X = [[x1, x2, x1 * x2]]
        return moment.network.predict(X, moment.theta)[0]

    expected = predict(0.5, -1.0)
    assert [each["value"] for each in told["outputs"]] == pytest.approx(expected)
    chosen = told["chosen"]
    assert chosen == expected.argmax()
    effects = {each["column"]: each for each in told["effects"]}
    mean = moment.data.table["x1"][~moment.data.is_test].mean()
    gain = expected[chosen] - predict(mean, -1.0)[chosen]
    assert effects["x1"]["effect"] == pytest.approx(gain, abs=1e-4)
    values = moment.data.table["x1"][~moment.data.is_test]
    place = (0.5 - values.min()) / (values.max() - values.min())
    assert effects["x1"]["at"] == pytest.approx(place)
    sizes = [abs(each["effect"]) for each in told["effects"]]
    assert sizes == sorted(sizes, reverse=True)
    last = effects["x2"]["along"][-1]
    highest = moment.data.table["x2"][~moment.data.is_test].max()
    assert float(last[0]) == pytest.approx(highest, rel=1e-4)
    assert last[1] == pytest.approx(predict(0.5, highest)[chosen], abs=1e-4)


def test_what_cannot_be_read_is_refused(moment):
    with pytest.raises(ValueError, match="A point is a number for each of x1, x2"):
        predict_row(moment, {"x1": "a"})
