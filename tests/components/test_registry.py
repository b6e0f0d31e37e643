"""A registry finds a component by name, alias, text or instance.

And it says what is wrong when it does not.
"""

import dataclasses
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from halfmoon import Network, check_gradients
from halfmoon.commands.catalogue import REGISTRIES
from halfmoon.components.activations import ACTIVATIONS, Activation
from halfmoon.components.initializers import INITIALIZERS
from halfmoon.components.losses import LOSSES, Huber, Quantiles, SoftmaxCrossEntropy
from halfmoon.components.optimizers import OPTIMIZERS, Adam
from halfmoon.components.registry import Component, Registry, packed, unpack
from halfmoon.components.rules import (
    BOOLEAN,
    INF,
    NONE,
    Integer,
    Number,
    OneOf,
    Several,
    setting,
)
from halfmoon.components.schedules import SCHEDULES, InverseScaling

BLOCKS = [
    pytest.param(registry, name, id=f"{registry.kind} {name}")
    for registry in REGISTRIES.values()
    for name in registry
]
each_block = pytest.mark.parametrize(("registry", "name"), BLOCKS)
each_registry = pytest.mark.parametrize(
    "registry", REGISTRIES.values(), ids=lambda registry: registry.kind
)


@dataclass(frozen=True)
class Toy(Component):
    """A block with a setting of every kind."""

    size: float = setting(1.0, Number("(", 0, INF, ")"), "a number")
    count: int = setting(2, Integer("[", 1, INF, ")"), "an integer")
    unit: str = setting("cm", OneOf("cm", "inch"), "a word")
    sharp: bool = setting(False, BOOLEAN, "yes or no")
    parts: tuple[float, ...] = setting(
        (0.5,), Several(Number("(", 0, 1, ")")), "several numbers"
    )
    cuts: tuple[int, ...] | None = setting(
        None, NONE | Several(Integer("[", 2, INF, ")")), "none, or several integers"
    )


@pytest.fixture
def registry():
    """A registry of its own, with Toy as "toy", found as "plaything" too."""
    registry = Registry("toy", Component)
    registry.register("toy", "plaything")(type("Toy", (Toy,), {}))
    return registry


# ---- what holds for every block on every registry


@each_block
def test_name_makes_the_block_with_its_defaults(registry, name):
    block = registry.make(name)
    assert isinstance(block, registry.base)
    assert type(block) is registry[name]
    for field in dataclasses.fields(block):
        assert getattr(block, field.name) == field.default
        rule = field.metadata["rule"]
        assert rule.allows(field.default), field.name
        assert rule.read(field.default) is field.default, field.name


@each_block
def test_a_block_with_defaults_is_written_as_its_name(registry, name):
    assert str(registry.make(name)) == name


WORDS = ("rows", "inch", "line", "sine")


def other_value(field):
    """A value of the field's type that differs from its default and obeys its rule."""
    tries = {
        float: [0.25, 0.75, 1.5],
        int: [3, 7],
        str: [word for word in WORDS if field.metadata["rule"].allows(word)],
        bool: [not field.default],
    }
    tries[tuple[float, ...]] = [(0.2, 0.3, 0.8)]
    tries[tuple[int, ...] | None] = [(3, 2, 4)]
    return next(value for value in tries[field.type] if value != field.default)


@each_block
def test_text_with_every_setting_changed_survives_the_round_trip(registry, name):
    settings = {
        field.name: other_value(field) for field in dataclasses.fields(registry[name])
    }
    block = registry[name](**settings)
    assert registry.make(str(block)) == block
    assert str(registry.make(str(block))) == str(block)
    assert all(f"{setting}=" in str(block) for setting in settings)


@each_block
def test_an_instance_is_handed_back_itself(registry, name):
    block = registry[name]()
    assert registry.make(block) is block


@each_block
def test_blocks_are_values(registry, name):
    block = registry.make(name)
    assert block == registry.make(name)
    assert hash(block) == hash(registry.make(name))
    with pytest.raises(AttributeError):  # FrozenInstanceError is one
        block.anything = 1


@each_block
def test_every_setting_says_what_it_may_be_and_what_it_is_for(registry, name):
    for field in dataclasses.fields(registry[name]):
        assert field.metadata["rule"], field.name
        assert len(field.metadata["help"]) > 5, field.name


@each_block
def test_every_block_has_a_docstring_of_its_own(registry, name):
    assert len(registry[name].__dict__["__doc__"]) > 20


@each_block
def test_a_misspelt_name_is_answered_with_the_block(registry, name):
    misspelt = name[:-1] + "q"
    with pytest.raises(ValueError, match=f"no {registry.kind} '{misspelt}'") as error:
        registry.make(misspelt)
    assert "did you mean" in str(error.value)
    assert name in str(error.value)


@each_block
def test_an_unknown_setting_is_answered_with_those_there_are(registry, name):
    with pytest.raises(ValueError, match="has no setting 'bogus=1'") as error:
        registry.make(f"{name}:bogus=1")
    for field in dataclasses.fields(registry[name]):
        assert field.name in str(error.value)


@each_registry
def test_aliases_find_their_blocks(registry):
    for alias, name in registry.aliases.items():
        assert registry[alias] is registry[name]
        assert alias in registry
        assert alias not in list(registry), "an alias is found, but not listed"
        assert str(registry.make(alias)) == name


@each_registry
def test_no_alias_hides_a_name(registry):
    assert not set(registry.aliases) & set(registry)


@each_registry
def test_what_is_no_block_is_refused_by_type(registry):
    for wrong in (3, None, ["adam"], registry.base, Toy()):
        with pytest.raises(TypeError, match=f"Expected {registry.kind}"):
            registry.make(wrong)


def test_there_are_blocks_on_all_registries():
    least = {
        "activations": 11,
        "losses": 8,
        "initializers": 8,
        "optimizers": 9,
        "solvers": 1,
        "schedules": 8,
        "datasets": 6,
    }
    assert least.keys() == REGISTRIES.keys()
    for kind, registry in REGISTRIES.items():
        assert len(registry) >= least[kind]


@pytest.mark.parametrize(
    ("registry", "alias", "name"),
    [
        (ACTIVATIONS, "sigmoid", "logistic"),
        (ACTIVATIONS, "swish", "silu"),
        (ACTIVATIONS, "linear", "identity"),
        (LOSSES, "quantile", "pinball"),
        (LOSSES, "log_loss", "logistic_cross_entropy"),
        (INITIALIZERS, "tutorial", "lecun_normal"),
        (OPTIMIZERS, "gradient_descent", "gd"),
        (SCHEDULES, "invscaling", "inverse_scaling"),
    ],
)
def test_other_peoples_names_are_understood(registry, alias, name):
    assert type(registry.make(alias)) is registry[name]


# ---- text


@pytest.mark.parametrize(
    ("registry", "text", "block"),
    [
        (LOSSES, "huber:delta=2.0", Huber(delta=2.0)),
        (LOSSES, "huber:delta=2", Huber(delta=2.0)),
        (LOSSES, "huber:", Huber()),
        (LOSSES, "quantiles:levels=0.25/0.5/0.75", Quantiles(levels=(0.25, 0.5, 0.75))),
        (LOSSES, "quantiles:levels=0.5", Quantiles(levels=(0.5,))),
        (
            LOSSES,
            "softmax_cross_entropy:sizes=3/2/4",
            SoftmaxCrossEntropy(sizes=(3, 2, 4)),
        ),
        (
            LOSSES,
            "softmax_cross_entropy:smoothing=0.1,sizes=3",
            SoftmaxCrossEntropy(0.1, (3,)),
        ),
        (LOSSES, "softmax_cross_entropy:sizes=None", SoftmaxCrossEntropy()),
        (OPTIMIZERS, "adam:beta1=0.5,eps=1e-3", Adam(beta1=0.5, eps=0.001)),
        (
            SCHEDULES,
            "invscaling:unit=epochs,power=1",
            InverseScaling(power=1.0, unit="epochs"),
        ),
    ],
)
def test_text_is_read_as_the_settings_it_names(registry, text, block):
    assert registry.make(text) == block


def test_every_kind_of_setting_is_read_and_written(registry):
    text = "toy:size=2.5,count=3,unit=inch,sharp=True,parts=0.1/0.2,cuts=3/2"
    toy = registry.make(text)
    assert (toy.size, toy.count, toy.unit, toy.sharp, toy.parts) == (
        2.5,
        3,
        "inch",
        True,
        (0.1, 0.2),
    )
    assert toy.cuts == (3, 2)
    assert {type(number) for number in (toy.count, *toy.cuts)} == {int}
    assert str(toy) == text


WRONG = [
    "size=-1",
    "size=x",
    "count=2.5",
    "count=0",
    "unit=mile",
    "sharp=1",
    "parts=0.5/2",
    "parts=",
]
WRONG += ["cuts=", "cuts=3/1", "cuts=3/x", "cuts=3/2.5"]


@pytest.mark.parametrize("item", WRONG)
def test_a_setting_that_breaks_its_rule_is_answered_with_the_rule(registry, item):
    name = item.partition("=")[0]
    rule = next(
        str(field.metadata["rule"])
        for field in dataclasses.fields(Toy)
        if field.name == name
    )
    with pytest.raises(ValueError, match=f"Toy: {name} must be") as error:
        registry.make(f"toy:{item}")
    assert rule in str(error.value)


@pytest.mark.parametrize("item", ["size", "Size=1", "=1", "size:2"])
def test_text_that_is_no_setting_is_answered_with_how_to_write_one(registry, item):
    with pytest.raises(ValueError, match="write name=value"):
        registry.make(f"toy:{item}")


# ---- adding and removing while running


def test_a_block_added_at_run_time_is_made_by_name_and_goes_away_again():
    @dataclass(frozen=True)
    class Cube(Activation):
        """a = z^3."""

        def f(self, z):
            return z * z * z

    before = list(ACTIVATIONS), dict(ACTIVATIONS.aliases)
    ACTIVATIONS.register("cube", "third_power")(Cube)
    try:
        assert list(ACTIVATIONS) == [*before[0], "cube"]
        assert ACTIVATIONS.make("third_power") == Cube()
        assert str(Cube()) == "cube"
    finally:
        ACTIVATIONS.remove("cube")
    assert (list(ACTIVATIONS), dict(ACTIVATIONS.aliases)) == before
    assert "cube" not in ACTIVATIONS
    with pytest.raises(ValueError, match="no activation 'third_power'"):
        ACTIVATIONS.make("third_power")


def test_an_instance_need_not_stand_on_a_registry():
    @dataclass(frozen=True)
    class Private(Activation):
        size: float = 1.0

    block = Private(size=2.0)
    assert ACTIVATIONS.make(block) is block
    assert str(block) == "Private:size=2.0"


def test_an_unregistered_subclass_is_not_written_as_its_parent():
    class Mine(Adam):
        pass

    assert str(Mine(beta1=0.5)) == "Mine:beta1=0.5"


@pytest.mark.parametrize("name", ["toy", "plaything"])
def test_a_name_is_given_once(registry, name):
    with pytest.raises(ValueError, match=f"already toy '{name}'"):
        registry.register(name)(type("Other", (Toy,), {}))


def test_the_registry_is_a_mapping_in_order_of_arrival(registry):
    registry.register("second")(type("Second", (Toy,), {}))
    assert list(registry) == ["toy", "second"]
    assert len(registry) == 2
    assert dict(registry.items())["second"] is registry["second"]
    assert 3 not in registry


# ---- known faults, each of which turns into a plain test as it is mended


def test_an_alias_cannot_hide_another_block(registry):
    with pytest.raises(ValueError, match="already"):
        registry.register("second", "toy")(type("Second", (Toy,), {}))


def test_get_answers_with_the_default(registry):
    assert registry.get("nothing", 17) == 17


def test_a_class_is_no_activation():
    with pytest.raises(TypeError, match="Expected activation"):
        Network.dense([2, 3, 2], ACTIVATIONS["tanh"])
    with pytest.raises(TypeError, match="Expected a Network"):
        check_gradients(ACTIVATIONS["tanh"])


# A class defined once more, and the user's components in another process


def activation(name, module="__main__", slope=1.0):
    """A class as a notebook's cell defines it."""

    class Made(Activation):
        def f(self, z):
            return slope * z

        def df(self, z, a):
            return slope + 0.0 * z

    Made.__name__ = name
    Made.__qualname__ = name
    Made.__module__ = module
    return Made


@pytest.fixture
def own():
    """The registry of activations, which is as it was afterwards."""
    before = dict(ACTIVATIONS)
    aliases = dict(ACTIVATIONS.aliases)
    yield ACTIVATIONS
    for name in set(ACTIVATIONS) - set(before):
        ACTIVATIONS.remove(name)
    assert dict(ACTIVATIONS) == before
    assert ACTIVATIONS.aliases == aliases


def test_a_cell_that_is_run_again_replaces_its_component(own):
    own.register("own_cubic", "own_third")(activation("Cubic"))
    again = activation("Cubic", slope=2.0)
    own.register("own_cubic")(again)
    assert own["own_cubic"] is again
    assert "own_third" not in own
    for other in (activation("Other"), activation("Cubic", "another_module")):
        with pytest.raises(ValueError, match="already activation 'own_cubic'"):
            own.register("own_cubic")(other)
    assert own["own_cubic"] is again


def test_the_users_components_are_known_by_name_where_they_arrive(own):
    @dataclass(frozen=True)
    class Steep(Activation):
        slope: float = 2.0

        def f(self, z):
            return self.slope * z

        def df(self, z, a):
            return self.slope + 0.0 * z

    own.register("own_steep", "own_slope")(Steep)
    listed = pickle.loads(pickle.dumps(packed()))
    own.remove("own_steep")
    unpack(listed)
    assert own["own_steep"] is own["own_slope"]
    arrived = own.make("own_slope:slope=3.0")
    assert (str(arrived), arrived.f(2.0)) == ("own_steep:slope=3.0", 6.0)
    unpack(listed)  # what is there already stays
    assert type(own.make("own_steep")) is own["own_steep"]


def test_without_a_dataclass_there_are_no_settings(own):
    own.register("own_plain")(activation("Plain"))
    assert str(own.make("own_plain")) == "own_plain"
    with pytest.raises(ValueError, match=r"Plain has no settings, .*@dataclass\(froz"):
        own.make("own_plain:k=2")


def test_an_array_is_a_setting_too():
    @dataclass(frozen=True)
    class Steep(Activation):
        slopes: object = None

    assert str(Steep()) == "Steep"
    assert str(Steep(np.array([2.0, 3.0]))) == "Steep:slopes=[2. 3.]"
