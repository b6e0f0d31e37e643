"""A model from its file, and what is said of other files."""

import pytest

import halfmoon
from halfmoon.commands.common.models import load_any, load_tabular, looks_like_model


@pytest.fixture
def network(tmp_path):
    path = tmp_path / "network.safetensors"
    halfmoon.save(halfmoon.Network.dense([2, 3, 2], seed=0), path)
    return path


def test_a_model_is_loaded_from_its_file_or_from_its_folder(network):
    assert load_any(str(network)).d == 2
    network.rename(network.with_name("model.safetensors"))
    assert load_any(str(network.parent)).d == 2


def test_a_model_is_known_by_its_name_its_bytes_or_its_folder(network, tmp_path):
    assert looks_like_model(str(network))
    assert looks_like_model(str(tmp_path))
    other = tmp_path / "model"
    other.write_bytes(network.read_bytes())
    assert looks_like_model(str(other))
    table = tmp_path / "x.csv"
    table.write_text("a,b\n1,2\n3,4\n")
    assert not looks_like_model(str(table))
    assert not looks_like_model(str(tmp_path / "absent.csv"))


def test_a_folder_without_a_model_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no model.safetensors in"):
        load_any(str(tmp_path))


def test_a_table_in_the_place_of_the_model_is_said(tmp_path):
    table = tmp_path / "x.csv"
    table.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(ValueError, match="give the model first, and then the table"):
        load_any(str(table))


def test_a_model_of_another_kind_is_said(network):
    with pytest.raises(ValueError, match=r"holds a Network, which .* halfmoon fit\."):
        load_tabular(str(network))


def test_a_file_that_is_absent_is_said(tmp_path):
    with pytest.raises(OSError, match="cannot be read"):
        load_any(str(tmp_path / "absent.safetensors"))
