"""exp, log, tanh and more, so written that a loop over them becomes vector code.

Each is a plain function without branch, table or call, the same for float64 and
float32. NumPy can run it. For compiled code it runs once, on a `_Number` that writes
down what is done to it as LLVM instructions, which numba inserts at the call.
Sums keep their order whatever the caller's flags allow; only x y + z may be rounded
once.

Results are at most 3 ulp from the correctly rounded ones over the whole range of either
dtype (tests/engines/test_simd.py).
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.extending import intrinsic

Number = Any  # a NumPy number or array, or a _Number
_config: Any = numba.config
# ln 2 is their sum
LN2 = 0.6931471805599453
LN2_REST = 2.3190468138462996e-17
ROOT = 2.0**0.5
FUSE = ("contract",)  # numba adds the caller's flags only where there are none


@dataclass(frozen=True)
class _Format:
    """A dtype's parts, and polynomials for it, c0 first, with their relative errors.

    They are minimax, by Remez's exchange with 60 digits.
    """

    number: Any  # LLVM's name of it
    whole: Any  # and of the integer with as many bits
    digits: int  # bits of the mantissa
    bias: int  # an exponent k is stored as k + bias
    exp: Sequence[float]  # (e^r - 1) / r in r, |r| <= ln(2)/2: errors 2^-56 and 2^-26
    # q, p: tanh(r)/r = (1 + z q(z))/(1 + z p(z)), z = r r, |r| < ln(2)/4: 2^-57, 2^-31
    tanh: Sequence[Sequence[float]]
    # (2 artanh(v/2) / v - 1) / v^2 in v^2, v as in _log_near: 2^-59, 2^-30
    log: Sequence[float]
    erf: Sequence[float]  # log(1 - erf m) / m in m, 0 <= m <= full: erf to 2^-55, 2^-28
    full: float  # from here on erf is 1


# fmt: off
_FORMATS = {
    "float64": _Format(
        ir.DoubleType(), ir.IntType(64), 52, 1023,
        (1.0, 0.5000000000000006, 0.16666666666666588, 0.041666666666576466,
         0.008333333333389734,
         0.0013888888931667034, 0.00019841269718708465, 2.4801505142780525e-05,
         2.7557407688315316e-06,
         2.7626092800688986e-07, 2.5053774988636773e-08),
        ((0.11109906902051966, 0.0010573988546258197), (0.44443240235384496,
         0.01586819964139424)),
        (0.08333333333333419, 0.012499999999815376, 0.0022321428706066205,
         0.00043402731282173306,
         8.878697865030529e-05, 1.8693608864658905e-05, 4.516170988876736e-06),
        (-1.1283791670955126, -0.6366197723675909, -0.10277260330131642,
         0.019128446993114816, 0.00020919485369730307,
         -0.001696207668295494, 0.0005901324227785478, -2.5904475077534862e-05,
         -6.442053326959468e-05,
         2.9575783163043416e-05, -3.169840442164816e-06, -3.1327690733583545e-06,
         2.037013044951278e-06,
         -5.705050160150579e-07, 1.163386494314795e-08, 6.576834845522316e-08,
         -3.459785688863977e-08,
         1.0777192975657216e-08, -2.3613984673280918e-09, 3.7622569095628245e-10,
         -4.303767681702233e-11,
         3.366104002497046e-12, -1.6158272543112254e-13, 3.594611178888613e-15),
        5.95),
    "float32": _Format(
        ir.FloatType(), ir.IntType(32), 23, 127,
        (1.0, 0.49999997, 0.16666543, 0.0416672, 0.0083665475, 0.0013882518),
        ((0.06658096,), (0.39991397,)),
        (0.08333347, 0.012492963, 0.002333877),
        (-1.1283792, -0.6366194, -0.102777824, 0.019153032, 0.0001604663, -0.0016671084,
         0.00063288625,
         -0.00011765614, 9.25797e-06),
        3.95),
}
# fmt: on


def _operator(name: str, reflected: bool = False) -> Any:
    def operate(self: "_Number", other: Any) -> "_Number":
        pair = [self.value, self.same(other)]
        if reflected:
            pair.reverse()
        if name in ("<", ">", "=="):
            value = self.builder.fcmp_ordered(name, *pair, flags=FUSE)
        elif self.value.type == self.format.whole:
            value = getattr(self.builder, name)(*pair)
        else:
            value = getattr(self.builder, f"f{name}")(*pair, flags=FUSE)
        return replace(self, value=value)

    return operate


@dataclass(frozen=True, eq=False)
class _Number:
    """A number in compiled code, or its bits as an integer.

    Its operators write LLVM instructions.
    """

    builder: Any
    value: Any
    format: _Format

    def same(self, other: Any) -> Any:
        """The other operand for LLVM; a Python number takes this one's type."""
        if isinstance(other, _Number):
            return other.value
        is_whole = self.value.type == self.format.whole
        kind = self.format.whole if is_whole else self.format.number
        return kind(other)

    __add__ = __radd__ = _operator("add")
    __mul__ = __rmul__ = _operator("mul")
    __sub__ = _operator("sub")
    __rsub__ = _operator("sub", reflected=True)
    __truediv__ = _operator("div")
    __rtruediv__ = _operator("div", reflected=True)
    __and__ = _operator("and_")
    __or__ = _operator("or_")
    __lshift__ = _operator("shl")
    __rshift__ = _operator("lshr")
    __lt__, __gt__, __eq__ = map(_operator, ("<", ">", "=="))


def _format(x: Number) -> _Format:
    return x.format if isinstance(x, _Number) else _FORMATS[x.dtype.name]


def _view(x: Number) -> Number:
    """The same bits: a floating number's as an unsigned integer, or the reverse."""
    if not isinstance(x, _Number):
        other = {"f": "u", "u": "f"}[x.dtype.kind]
        return x.view(other + str(x.dtype.itemsize))
    n = x.format
    kind = n.number if x.value.type == n.whole else n.whole
    return replace(x, value=x.builder.bitcast(x.value, kind))


def where(c: Number, x: Number, y: Number) -> Number:
    """x where c holds, else y."""
    if isinstance(c, _Number):
        return replace(c, value=c.builder.select(c.value, c.same(x), c.same(y)))
    if isinstance(c, bool):  # x == x of a Python constant
        return x if c else y
    return np.asarray(np.where(c, x, y))[()]


def maximum(x: Number, y: Number) -> Number:
    """The larger of the two; NaN where either is NaN."""
    return where(y == y, where(x < y, y, x), y)  # noqa: PLR0124


def minimum(x: Number, y: Number) -> Number:
    """The smaller of the two; NaN where either is NaN."""
    return where(y == y, where(x > y, y, x), y)  # noqa: PLR0124


def clip(x: Number, low: Number, high: Number) -> Number:
    """x, or the nearer end of [low, high]."""
    return minimum(maximum(x, low), high)


def _sign_bit(x: Number) -> int:
    return 1 << _format(x).whole.width - 1


def absolute(x: Number) -> Number:
    """|x|: the first bit is the sign."""
    return _view(_view(x) & (_sign_bit(x) - 1))


def copysign(x: Number, y: Number) -> Number:
    """|x| with the sign of y."""
    return _view(_view(absolute(x)) | (_view(y) & _sign_bit(x)))


def _polynomial(c: Sequence[float], x: Number) -> Number:
    """c0 + c1 x + c2 x^2 + ..., from the inside out."""
    return reduce(lambda total, a: total * x + a, c[-2::-1], c[-1])


def _power(x: Number, rate: float, lift: int = 0) -> tuple[Number, Number]:
    """k, the whole number nearest to x rate, and 2^(k+lift)."""
    n = _format(x)
    # near it, numbers have no bits for a fraction
    magic = 1.5 * 2.0**n.digits + (n.bias + lift)
    # its last bits are k + bias + lift: moved to where the exponent stands, the power
    t = x * rate + magic
    return t - magic, _view(_view(t) << n.digits)


def _split(x: Number, q: int, lift: int = 0) -> tuple[Number, Number]:
    """s = 2^(k+lift) and p = e^r - 1, where x = q (k ln 2 + r) and |r| <= ln(2)/2."""
    n = _format(x)
    k, s = _power(x, 1.0 / (q * LN2), lift)
    short = 2.0 ** (n.digits - n.bias.bit_length())
    high = round(LN2 * short) / short  # ln 2 with so few bits that k times it is exact
    # q times r: hence q's powers below
    r = (x - k * (q * high)) - k * (q * (LN2 - high + LN2_REST))
    return s, r * _polynomial([c / q ** (i + 1) for i, c in enumerate(n.exp)], r)


def exp(x: Number) -> Number:
    """e^x = (e^(x/2))^2: only the square can overflow or become subnormal."""
    most = 1.2 * _format(x).bias  # e^x is 0 or infinite before
    s, p = _split(clip(x, -most, most), 2)
    root = s * (1.0 + p)
    return root * root


def _decay(x: Number) -> Number:
    """e^-|x|, first 2^60 times too large, so that 2^k is not subnormal.

    It cannot overflow, so there is room for that.
    """
    n = _format(x)
    low = -LN2 * (n.bias + n.digits + 2)  # e^x is 0 before
    s, p = _split(maximum(0.0 - absolute(x), low), 1, lift=60)
    return s * (1.0 + p) * 2.0**-60


def expm1(x: Number) -> Number:
    """e^x - 1 = 2 (s p + s - 1/2), s = 2^(k-1); p where k = 0.

    2^k may overflow where e^x does not.
    """
    s, p = _split(clip(x, -50.0, LN2 * (_format(x).bias + 1.3)), 1, lift=-1)
    return where(s == 0.5, p, 2.0 * (s * p + (s - 0.5)))


def logistic(x: Number) -> Number:
    """1 / (1 + e^-x)."""
    e = _decay(x)
    return where(x < 0.0, e, 1.0) / (1.0 + e)


def tanh(x: Number) -> Number:
    """tanh(u + v) = (tanh u + tanh v) / (1 + tanh u tanh v), of x = k ln(2)/2 + r.

    tanh(k ln(2)/2) = (s - 1)/(s + 1), s = 2^k, and tanh r = q/p, |r| < ln(2)/4; with
    one division, and for -|x|: where s is small, errors of c are those of the divisor
    too.
    """
    n = _format(x)
    y = maximum(0.0 - absolute(x), -20.0)  # beyond, tanh is 1
    k, s = _power(y, 2.0 / LN2)
    r = y - k * (0.5 * LN2)
    z = r * r
    q = r + r * z * _polynomial(n.tanh[0], z)
    p = _polynomial((1.0, *n.tanh[1]), z)
    c = (s - 1.0) * p + (s + 1.0) * q
    return copysign(c / ((s + s) * (p + q) - c), x)


def erf(x: Number) -> Number:
    """erf x = 1 - e^(m h(m)), m = |x|, with a polynomial h.

    By definition 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.
    """
    n = _format(x)
    m = minimum(absolute(x), n.full)
    return copysign(expm1(m * _polynomial(n.erf, m)), x)


def _log_near(f: Number) -> Number:
    """log(1 + f) = 2 artanh(v/2) = v + v^3/12 + ..., v = f / (1 + f/2).

    1 + f lies between sqrt(1/2) and sqrt(2).
    """
    v = f / (1.0 + 0.5 * f)
    return v + v * (v * v) * _polynomial(_format(f).log, v * v)


def _exponent(x: Number) -> tuple[Number, Number]:
    """k of x = 2^k m, m from sqrt(1/2) to sqrt(2), and an integer u.

    In u the bits of the exponent are k's, and the others m's.
    """
    n = _format(x)
    # carries into the exponent from m = sqrt(2) on
    u = _view(x) + ((1 << n.digits) - int((ROOT - 1.0) * 2**n.digits))
    # k + bias as the last bits of a number so large that its last bit is 1
    lifted = _view((u >> n.digits) | ((n.bias + n.digits) << n.digits))
    return lifted - (2.0**n.digits + n.bias), u


def log(x: Number) -> Number:
    """k ln 2 + log m, where x = 2^k m and m is from sqrt(1/2) to sqrt(2)."""
    n = _format(x)
    # a subnormal number is multiplied by 2^up first
    small = x < 2.0 ** (1 - n.bias)
    up = n.digits + 2
    k, u = _exponent(where(small, x * 2.0**up, x))
    fraction = u & ((1 << n.digits) - 1)
    m = _view(fraction + ((n.bias - 1 << n.digits) + int((ROOT - 1.0) * 2**n.digits)))
    y = where(small, k - up, k) * LN2 + _log_near(m - 1.0)
    of_positive = where(x < np.inf, y, x)
    of_others = where(x == 0.0, -np.inf, x * np.nan)
    return where(x > 0.0, of_positive, of_others)


def log1p(x: Number) -> Number:
    """k ln 2 + log((1 + x) s), s = 2^-k: 1 + x is rounded only to find k."""
    n = _format(x)
    k, u = _exponent(1.0 + x)
    # k may be bias + 1
    s = _view((2 * n.bias + 2 << n.digits) - (u & (2 * n.bias + 1 << n.digits))) * 0.25
    y = copysign(k * LN2 + _log_near(x * s + (s - 1.0)), x)
    above = where(x < np.inf, y, x)
    others = where(x == -1.0, -np.inf, x * np.nan)
    return where(x > -1.0, above, others)


def _log1p_decay(x: Number) -> Number:
    """log(1 + e^-|x|); from e = sqrt(2) - 1 on as ln 2 + log((1 + e)/2)."""
    e = _decay(x)
    large = e > ROOT - 1.0
    y = _log_near(where(large, 0.5 * e - 0.5, e))
    return where(large, y + LN2, y)


def softplus(x: Number) -> Number:
    """log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)."""
    return maximum(x, 0.0) + _log1p_decay(x)


def logaddexp(x: Number, y: Number) -> Number:
    """log(e^x + e^y) = max(x, y) + log(1 + e^-|x-y|)."""
    return where(x == y, x + LN2, maximum(x, y) + _log1p_decay(x - y))


def xlogy(x: Number, y: Number) -> Number:
    """x log y, and 0 where x is 0."""
    return x * log(where(x == 0.0, 1.0, y))


def _compiled(function: Callable[..., Number], dtype: str) -> Any:
    """An intrinsic of numba's: the instructions that `function` writes.

    Where compiling is off, the function itself.
    """
    if _config.DISABLE_JIT:
        return function
    declared = inspect.signature(function)
    kind = getattr(numba.types, dtype)
    # a parameter named c is a condition
    kinds = [
        numba.types.boolean if name == "c" else kind for name in declared.parameters
    ]

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        numbers = [_Number(builder, value, _FORMATS[dtype]) for value in values]
        return function(*numbers).value

    def typing(context: Any, *arguments: Any) -> Any:
        return kind(*kinds), generate

    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    vars(typing)["__signature__"] = declared.replace(
        parameters=[context, *declared.parameters.values()]
    )
    typing.__name__ = function.__name__
    return intrinsic(typing)


# fmt: off
ALL = (
    absolute, clip, copysign, erf, exp, expm1, log, log1p, logaddexp, logistic, maximum,
    minimum, softplus, tanh, where, xlogy,
)
# fmt: on
FUNCTIONS: dict[str, dict[str, Any]] = {
    name: {f.__name__: _compiled(f, name) for f in ALL} for name in _FORMATS
}
