"""A learning rate from a range test, halved whenever the loss stops falling."""

from halfmoon import MLPClassifier, datasets

X, y = datasets.make("moons", n=1000, noise=0.2, seed=0)
X_new, y_new = datasets.make("moons", n=1000, noise=0.2, seed=1)

model = MLPClassifier((50, 50), "gelu", max_iter=2000, random_state=0)
test = model.find_learning_rate(X, y)  # nothing is changed
print(test.rule)

for rate, schedule in (
    (0.001, "constant"),
    ("auto", "constant"),
    ("auto", "plateau:rate=0.5,patience=5"),
):
    model.set_params(learning_rate_init=rate, learning_rate=schedule).fit(X, y)
    used = model.learning_rate_init_
    accuracy = model.score(X_new, y_new)
    print(
        f"{rate}, {schedule}: began at {used:.2g}; loss {model.loss_:.3f} after "
        f"{model.n_iter_} epochs, accuracy on new points {accuracy:.0%}"
    )
