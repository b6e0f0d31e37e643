"""The docstrings of all public names, as a page of documentation would show them."""

import inspect

import pytest
from numpydoc.validate import validate

import halfmoon
from halfmoon import displays, inspection

# What numpydoc's validator is asked, and why. It has more to say (how to wrap, whether
# to cite, that equations begin with a small letter): what readers need is here.
CHECKS = {
    "GL03": "no two blank lines in a row",
    "GL06": "sections have the names that readers know",
    "GL07": "sections stand in numpydoc's order",
    "GL08": "there is a docstring",
    "SS01": "the summary says something",
    "SS03": "... ending with a period",
    "SS06": "... in one line",
    "PR01": "every parameter is described",
    "PR02": "... and nothing that is no parameter",
    "PR03": "... in the order of the signature",
    "PR04": "... with its type",
    "PR05": "a type does not end with a period",
    "PR07": "each parameter is described in words",
    "PR10": "a space stands before the colon of a type",
    "RT01": "what is returned is described",
    "RT03": "... in words",
    "YD01": "what is yielded is described",
}
FUNCTIONS_AND_CLASSES = {"EX01": "an example shows how it is used"}
OF_CALLS = {"PR01", "RT01", "YD01"}  # described for what a user calls
# Classes to derive from, and those that are derived: what goes into a method and what
# comes out stands in its one line, with shapes, the same for each component.
DERIVED_FROM = (
    halfmoon.Activation,
    halfmoon.Initializer,
    halfmoon.Layer,
    halfmoon.Loss,
    halfmoon.Optimizer,
    halfmoon.Schedule,
    halfmoon.Solver,
)

# scikit-learn calls these, nobody else
CALLBACKS = {"setup", "teardown", "on_fit_task_begin", "on_fit_task_end"}


def public_names():
    """Every public function and class of halfmoon, inspection and displays, by the name
    with which Python can import it.
    """
    for module in (halfmoon, inspection, displays):
        names = module.__dir__() if module is halfmoon else module.__all__
        for item in (getattr(module, name) for name in names):
            if inspect.isclass(item) or inspect.isroutine(item):
                yield f"{item.__module__}.{item.__qualname__}", item


NAMES = dict(public_names())
METHODS = {
    f"{path}.{name}": item
    for path, item in NAMES.items()
    if inspect.isclass(item)
    for name, method in inspect.getmembers(item, inspect.isroutine)
    if not name.startswith("_")
    if str(getattr(method, "__module__", "")).startswith("halfmoon")
}


def missing(path, checks):
    """What the validator finds, of the checks that are asked for."""
    return [
        f"{path}: {code} {message} ({checks[code]})"
        for code, message in validate(path)["errors"]
        if code in checks
    ]


def test_there_are_names():
    assert len(NAMES) > 20
    assert len(METHODS) > 20


@pytest.mark.slow
@pytest.mark.parametrize("path", NAMES)
def test_a_public_name_is_described(path):
    checks = CHECKS | FUNCTIONS_AND_CLASSES
    if "Attributes\n" in NAMES[path].__doc__:  # what users are given, and never make
        del checks["PR01"]
    found = missing(path, checks)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("path", METHODS)
def test_a_method_is_described(path):
    checks = dict(CHECKS)
    name = path.rpartition(".")[2]
    if name in CALLBACKS or issubclass(METHODS[path], DERIVED_FROM):
        checks = {code: why for code, why in CHECKS.items() if code not in OF_CALLS}
    found = missing(path, checks)
    assert not found, "\n".join(found)
