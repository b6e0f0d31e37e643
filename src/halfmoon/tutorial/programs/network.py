# A neural network from scratch, in plain NumPy.
import numpy as np
from sklearn import datasets

# The data: 200 points, and the class of each.
np.random.seed(0)
X, y = datasets.make_moons(200, noise=0.20)
classes = y.max() + 1
Y = np.eye(classes)[y]  # a row for each point: 1 for its class, else 0

# The parameters: random weights, and biases of 0.
np.random.seed(0)
hidden = 3
W1 = np.random.randn(2, hidden) / np.sqrt(2)
b1 = np.zeros(hidden)
W2 = np.random.randn(hidden, classes) / np.sqrt(hidden)
b2 = np.zeros(classes)


# The forward pass: from points to hidden units to probabilities.
def forward(x):
    z1 = x @ W1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2 + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    y_hat = e / e.sum(axis=1, keepdims=True)
    return a1, y_hat


# The prediction: the class with the highest probability.
def predict(x):
    return forward(x)[-1].argmax(axis=1)


# The loss: the mean cross-entropy, and a penalty on large weights.
def loss():
    y_hat = forward(X)[-1]
    squares = np.sum(W1**2) + np.sum(W2**2)
    return -np.sum(Y * np.log(y_hat)) / len(X) + penalty / 2 * squares


# Training. Britz writes 0.01 for both the penalty and the rate, as he
# adds up the gradients of the 200 points where we take their mean.
penalty = 0.01 / 200
updates = 20_000
for i in range(updates):
    rows = np.arange(200)  # the points of this update: all of them
    a1, y_hat = forward(X[rows])

    # The backward pass: the gradient, from the outputs to the inputs.
    delta2 = (y_hat - Y[rows]) / len(rows)
    delta1 = (1 - a1**2) * (delta2 @ W2.T)
    dW2 = a1.T @ delta2 + penalty * W2
    db2 = delta2.sum(axis=0)
    dW1 = X[rows].T @ delta1 + penalty * W1
    db1 = delta1.sum(axis=0)

    # A step against the gradient. The rate is 0.01 * 200.
    rate = 2.0
    W1 -= rate * dW1
    b1 -= rate * db1
    W2 -= rate * dW2
    b2 -= rate * db2
    if i % 1000 == 0:
        print(f"Loss after iteration {i}: {loss():.6f}")

# What it has learned: the classes of its points, and of two new ones.
print(f"Accuracy: {np.mean(predict(X) == y):.1%}")
print("Two new points:", predict(np.array([[0.0, 1.0], [1.0, -0.5]])))

# A picture, if matplotlib is there: the predicted class everywhere.
try:
    import matplotlib.pyplot as plt

    x1, x2 = np.mgrid[-2:3:0.02, -1.5:2:0.02]
    plane = predict(np.column_stack([x1.ravel(), x2.ravel()]))
    plt.contourf(x1, x2, plane.reshape(x1.shape), alpha=0.3)
    plt.scatter(X[:, 0], X[:, 1], c=y)
    plt.show()
except ImportError:
    print("With matplotlib installed, you would see the boundary.")
