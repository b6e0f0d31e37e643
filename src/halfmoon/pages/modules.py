"""ES modules as one inline script, and the policy that allows this script alone."""

import base64
import hashlib
import re
from collections.abc import Mapping
from importlib.resources.abc import Traversable

IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+)\.js";\n', re.MULTILINE)
KINDS = "async function|function|const|let|class"
EXPORT = re.compile(rf"^export (?=(?:{KINDS}) )", re.MULTILINE)
EXPORTED = re.compile(rf"^export (?:{KINDS}) (\w+)", re.MULTILINE)
DECLARED = re.compile(rf"^(?:{KINDS}) (\w+)", re.MULTILINE)
ENGINE = " 'wasm-unsafe-eval'; worker-src blob:"
# what is said of types, for whoever checks them
TYPES = re.compile(r"^ */\*\*(?:(?!\*/).)*\*/\n", re.MULTILINE | re.DOTALL)
FORBIDDEN = re.compile(r"^\s*(?:import\b(?!\()|export\b)|\bimport\(", re.MULTILINE)


def read_modules(folder: Traversable) -> dict[str, str]:
    """The text of each module in a folder, by its name without ".js"."""
    return {
        file.name.removesuffix(".js"): file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".js")
    }


def join(modules: Mapping[str, str], main: str) -> str:
    """All modules that `main` needs, each after those that it imports, as one script.

    Lines with an import go, comments on types, and the word export. Nothing else is
    changed, so a name must be declared once in all modules, and an imported name keeps
    its name.
    """
    order = _in_order(modules, main)
    _check_declared(modules, order)
    _check_imported(modules, order)
    joined = "\n".join(_without_imports(modules[name]) for name in order)
    left = FORBIDDEN.search(joined)
    if left:
        line = joined[left.start() :].strip().split("\n")[0]
        raise ValueError(f"The joiner does not know this form: {line!r}.")
    if "</script" in joined or "<!--" in joined:
        raise ValueError("A script in a page must hold neither </script nor <!--.")
    return joined


def _without_imports(text: str) -> str:
    return EXPORT.sub("", IMPORT.sub("", TYPES.sub("", text))).strip() + "\n"


def imports_of(text: str) -> dict[str, list[str]]:
    """The names that a module imports, by the module that they come from."""
    found: dict[str, list[str]] = {}
    for names, module in IMPORT.findall(text):
        listed = [name.strip() for name in names.split(",") if name.strip()]
        found.setdefault(module, []).extend(listed)
    return found


def exports_of(text: str) -> list[str]:
    """The names that a module exports."""
    return EXPORTED.findall(text)


def declared_in(text: str) -> list[str]:
    """The names that a module declares at its top level."""
    return DECLARED.findall(_without_imports(text))


def _in_order(modules: Mapping[str, str], main: str) -> list[str]:
    """The names of `main` and what it needs, so that no module stands before its own.

    Raises ValueError for a module that is missing, and for a circle.
    """
    order: list[str] = []
    open_now: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        if name in open_now:
            circle = " -> ".join([*open_now[open_now.index(name) :], name])
            raise ValueError(f"Modules import each other in a circle: {circle}.")
        if name not in modules:
            raise ValueError(f"{open_now[-1]}.js imports {name}.js, which is missing.")
        open_now.append(name)
        for needed in imports_of(modules[name]):
            visit(needed)
        open_now.pop()
        order.append(name)

    visit(main)
    return order


def _check_declared(modules: Mapping[str, str], order: list[str]) -> None:
    owner: dict[str, str] = {}
    for module in order:
        for name in declared_in(modules[module]):
            if name in owner:
                raise ValueError(
                    f"{name} is declared in {owner[name]}.js and in {module}.js; "
                    "rename one of them."
                )
            owner[name] = module


def _check_imported(modules: Mapping[str, str], order: list[str]) -> None:
    for module in order:
        for source, names in imports_of(modules[module]).items():
            missing = set(names) - set(exports_of(modules[source]))
            if missing:
                raise ValueError(
                    f"{module}.js imports {', '.join(sorted(missing))}, which "
                    f"{source}.js does not export."
                )


def fingerprint(script: str) -> str:
    """A script's SHA-256, as a Content-Security-Policy names it."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def policy(*scripts: str, engine: bool = False) -> str:
    """The Content-Security-Policy of a page that runs these scripts and no others.

    The page fetches nothing. With `engine`, its workers are made from its own script,
    and WebAssembly may be compiled.
    """
    allowed = " ".join(fingerprint(script) for script in scripts)
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {allowed}{ENGINE if engine else ''}",
            "img-src data: blob:",
            "style-src 'unsafe-inline'",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
