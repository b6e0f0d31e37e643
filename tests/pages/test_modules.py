import hashlib
import re
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

from halfmoon.pages import modules

WEB = Path(modules.__file__).parent / "web"
OURS = modules.read_modules(WEB)
STATIC = WEB.parents[1] / "playground" / "static"
PLAYGROUND = modules.read_modules(STATIC)
TWO = {
    "main": 'import { f } from "./other.js";\n\nconst x = f(1);\n',
    "other": "// doubles\nexport function f(x) {\n  return 2 * x;\n}\n",
}


def test_a_module_stands_after_those_that_it_imports():
    assert modules.join(TWO, "main") == (
        "// doubles\nfunction f(x) {\n  return 2 * x;\n}\n\nconst x = f(1);\n"
    )


def test_only_imports_types_and_the_word_export_go():
    """All other lines of its modules are in the script, in their order."""
    joined = modules.join(OURS, "main")
    kept = []
    for text in [text for text in OURS.values() if text.splitlines()[0] in joined]:
        without = re.sub(r"^import [^;]*;\n", "", text, flags=re.MULTILINE)
        without = re.sub(r"^ *(/\*\*|\*).*\n", "", without, flags=re.MULTILINE)
        kept.append(re.sub(r"^export ", "", without, flags=re.MULTILINE).strip())
    assert all(text in joined for text in kept)
    assert sum(map(len, kept)) + 2 * len(kept) - 1 == len(joined)


def test_each_name_is_declared_once():
    names = [name for text in OURS.values() for name in modules.declared_in(text)]
    assert len(names) > 50
    assert sorted(names) == sorted(set(names))


def test_each_module_is_used():
    """By the lesson, by the playground, or by both."""
    lesson = modules.join(OURS, "main")
    playground = modules.join(OURS | PLAYGROUND, "shell")
    heads = [text.splitlines()[0] for text in OURS.values()]
    assert all(head.startswith("// ") for head in heads)
    assert all(lesson.count(head) <= 1 for head in heads)
    assert all(playground.count(head) <= 1 for head in heads)
    assert [h for h in heads if h not in lesson and h not in playground] == []


def test_what_a_module_exports_is_imported_by_another():
    """By one of the lesson's, or by one of the playground's."""
    wanted = {
        (source, name)
        for text in [*OURS.values(), *PLAYGROUND.values()]
        for source, names in modules.imports_of(text).items()
        for name in names
        if source in OURS
    }
    offered = {
        (module, name)
        for module, text in OURS.items()
        for name in modules.exports_of(text)
    }
    assert wanted == offered


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"other": "const x = 1;\nexport function f() {}\n"}, "x is declared in"),
        ({"other": "export const g = 1;\n"}, "imports f, which other.js does not"),
        (
            {"other": 'import { x } from "./main.js";\n'},
            "circle: main -> other -> main",
        ),
        ({"other": "export default f;\n"}, "does not export"),
        ({"main": 'import f from "./other.js";\n'}, "does not know this form"),
        ({"main": 'import("./other.js");\n'}, "does not know this form"),
        ({"main": 'import { f as g } from "./other.js";\n'}, "imports f as g"),
        ({"main": 'import { f } from "./nobody.js";\n'}, "nobody.js, which is missing"),
        ({"main": 'const end = "</script>";\n'}, "must hold neither"),
    ],
)
def test_what_cannot_be_joined_is_refused(change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        modules.join({**TWO, **change}, "main")


def test_the_policy_allows_this_script_and_nothing_else():
    policy = modules.policy("alert(1)\n")
    digest = re.search(r"'sha256-([^']+)'", policy)[1]
    assert b64decode(digest) == hashlib.sha256(b"alert(1)\n").digest()
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    with_engine = modules.policy("alert(1)\n", engine=True)
    assert "'wasm-unsafe-eval'; worker-src blob:;" in with_engine


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_the_script_is_correct_javascript(tmp_path):
    path = tmp_path / "script.mjs"
    path.write_text(modules.join(OURS, "main"), encoding="utf-8")
    done = subprocess.run(
        ["node", "--check", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
