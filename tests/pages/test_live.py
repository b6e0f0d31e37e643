import json
import re
from html import unescape

import pytest

from halfmoon.pages import live, modules


def settings_of(figure):
    return json.loads(unescape(re.search(r'data-settings="([^"]*)"', figure)[1]))


def test_a_figure_is_hidden_until_a_script_starts_it():
    figure = live.live_figure("a", {}, "A <em>caption</em>.")
    assert re.match(r'<figure class="live" id="live-a" data-sett[^>]* hidden>', figure)
    assert "<figcaption>A <em>caption</em>.</figcaption>" in figure


def test_settings_are_read():
    told = {"show": "plane hidden", "rate": "0.5", "units": "20", "autoplay": "yes"}
    read = settings_of(live.live_figure("a", told, ""))
    assert read["show"] == ["plane", "hidden"]
    assert (read["rate"], read["units"], read["autoplay"]) == (0.5, 20, True)
    assert (read["classes"], read["activation"], read["controls"]) == (2, "tanh", [])


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"speed": "2"}, "has no setting speed"),
        ({"show": "plane sky"}, "show of a live figure may be .*; got sky"),
        ({"rate": "5"}, "rate of a live figure is a number from 0.01 to .*'5'"),
        ({"units": "51"}, "a whole number from 1 to 50; got '51'"),
        ({"activation": "sine"}, "activation of a live figure is tanh or .*got 'sine'"),
        ({"autoplay": "maybe"}, "yes or no; got 'maybe'"),
        ({"rate": "fast"}, "a number from 0.01 to 4.0; got 'fast'"),
        ({"units": "2.5"}, "a whole number from 1 to 50; got '2.5'"),
        ({"start": ""}, "start of a live figure is begin or end; got ''"),
    ],
)
def test_a_wrong_setting_is_refused(setting, message):
    with pytest.raises(ValueError, match=message):
        live.live_figure("a", setting, "")


def test_the_policy_is_that_of_the_script_on_the_page():
    page = live.live_script({})
    script = re.search(r'<script type="module"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert modules.fingerprint(script[1]) in live.content_security_policy()


def test_the_page_holds_data_and_engine():
    page = live.live_script({"text": "</script><b>"})
    data = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page)[1]
    read = json.loads(data)
    assert read["text"] == "</script><b>"
    assert read["activations"][0] == "tanh"
    assert read["wasm"].startswith("AGFzbQ")  # "\0asm"


def test_nothing_is_fetched():
    assert "http" not in live.live_style()
    addresses = re.findall(r"https?://[^\"']*", live.script())
    assert set(addresses) == {"http://www.w3.org/2000/svg"}  # the name of SVG
