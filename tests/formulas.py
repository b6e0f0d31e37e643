"""The formulas that components say of themselves, evaluated as they are written.

``evaluate("z where z > 0, else alpha (e^z - 1)", z=..., alpha=...)``. The language is
that of a page: factors side by side are multiplied, ``tanh z`` is a function of the
next factor, ``sum_c`` of the rest of its term; ``x where condition, else y`` picks; and
names may be defined behind, ``z q,  q = tanh(log(1 + e^z))``.
"""

import re

import numpy as np
from scipy.special import expit, ndtr

NAME = r"(?:[A-Za-z]\w*_\([^()]*\)|[A-Za-z]\w*)"
TOKEN = re.compile(rf"\s*({NAME}|\d+(?:\.\d+)?|<=|>=|[-+*/^()|,;<>])")

FUNCTIONS = {
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "sqrt": np.sqrt,
    "sign": np.sign,
    "max": np.maximum,
    "min": np.minimum,
    "Phi": ndtr,
    "phi": lambda z: np.exp(-z * z / 2.0) / np.sqrt(2.0 * np.pi),
    "s": expit,
    "sum_c": lambda z: z.sum(axis=-1, keepdims=True),
}
COMPARISONS = {
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}


def evaluate(formula, /, functions=(), **names):
    """The value of a formula, from the names' values."""
    main, *definitions = re.split(rf",\s+(?={NAME} = )", formula)
    known = names | {"e": np.e}
    for definition in definitions:
        name, text = definition.split(" = ")
        known[name] = _Reader(text, known, FUNCTIONS | dict(functions)).whole()
    return _Reader(main, known, FUNCTIONS | dict(functions)).whole()


class _Reader:
    def __init__(self, text, names, functions):
        text = text.strip()
        # a name that is given is no function: SiLU's s is a number
        self.functions = {
            name: function for name, function in functions.items() if name not in names
        }
        self.names = names
        self.tokens = TOKEN.findall(text)
        read = "".join(self.tokens).replace(" ", "")
        assert read == text.replace(" ", ""), f"cannot read {text!r}"

    def peek(self):
        return self.tokens[0] if self.tokens else ""

    def take(self, expected=None):
        token = self.tokens.pop(0)
        assert expected in (None, token), f"expected {expected!r}, got {token!r}"
        return token

    def whole(self):
        value = self.pieces()
        assert not self.tokens, f"left over: {self.tokens}"
        return value

    def pieces(self):
        value = self.sum()
        if self.peek() != "where":
            return value
        self.take("where")
        condition = self.comparison()
        self.take(",")
        if self.peek() == "else":
            self.take("else")
        return np.where(condition, value, self.pieces_or_nothing())

    def pieces_or_nothing(self):
        """The last piece may have a condition of its own; elsewhere it is unknown."""
        value = self.sum()
        if self.peek() != "where":
            return value
        self.take("where")
        return np.where(self.comparison(), value, np.nan)

    def comparison(self):
        left = self.sum()
        return COMPARISONS[self.take()](left, self.sum())

    def sum(self):
        sign = self.take() if self.peek() in ("+", "-") else "+"
        value = self.term() if sign == "+" else -self.term()
        while self.peek() in ("+", "-"):
            value = value + self.term() if self.take() == "+" else value - self.term()
        return value

    def term(self):
        value = self.power()
        while True:
            token = self.peek()
            if token == "/":
                self.take()
                value = value / self.power()
            elif token == "*":
                self.take()
                value = value * self.power()
            elif re.match(r"[A-Za-z0-9(]", token) and token not in ("where", "else"):
                value = value * self.power()
            else:
                return value

    def power(self):
        value = self.atom()
        if self.peek() == "^":
            self.take()
            if self.peek() == "T":
                self.take()
                return value.T
            sign = -1.0 if self.peek() == "-" and self.take() else 1.0
            value = value ** (sign * self.atom())
        return value

    def atom(self):
        token = self.take()
        if token == "(":
            value = self.pieces()
            self.take(")")
            return value
        if token == "|":
            value = np.abs(self.sum())
            self.take("|")
            return value
        if token in self.functions:
            function = self.functions[token]
            if token.startswith("sum_"):
                return function(self.term())
            return function(*self.arguments())
        if token in self.names:
            return self.names[token]
        return float(token)

    def arguments(self):
        if self.peek() != "(":
            return [self.power()]
        self.take("(")
        values = [self.sum()]
        while self.peek() in (",", ";"):
            self.take()
            values.append(self.sum())
        self.take(")")
        return values
