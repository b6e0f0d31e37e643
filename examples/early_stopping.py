"""Minibatches, dropout, a schedule, and the best epoch on rows that were held out."""

from halfmoon import Network, datasets, train

X, y = datasets.make("spiral:arms=3", n=900, noise=0.03, seed=1)
X_new, y_new = datasets.make("spiral:arms=3", n=300, noise=0.03, seed=2)

network = Network.dense([2, 64, 64, 3], "gelu", dropout=0.05, seed=1)
run = train(
    network,
    X,
    y,
    validation=(X_new, y_new),
    optimizer="adamw",
    learning_rate=0.01,
    schedule="cosine:warmup=0.05",
    batch_size=100,
    epochs=150,
    patience=40,
    seed=1,
)
accuracy = (network.predict(X_new).argmax(axis=1) == y_new).mean()
assert run.best is not None
print(f"stopped by {run.stopped}; best epoch {run.best.epoch} of {run.epoch}")
print(f"accuracy on new points: {accuracy:.0%}")
