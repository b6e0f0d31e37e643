# What a developer types; `just` alone lists it. Each is a line that can be typed without just, too.

uv := ".uv/bin/uv run"

[private]
list:
    @just --list

# The tests that take a minute, and catch nearly everything
quick *options:
    {{uv}} pytest -m "not slow" {{options}}

# All tests
test *options:
    {{uv}} pytest {{options}}

# Style, with what can be mended mended
lint:
    {{uv}} ruff check --fix
    {{uv}} ruff format

# Types, strictly
types:
    {{uv}} mypy

# The pages that are made from the registries, and the tests of all pages
docs:
    {{uv}} halfmoon list --markdown > docs/components.md
    {{uv}} python tools/describe_playground.py
    {{uv}} pytest tests/test_docs.py tests/test_docstrings.py

# The engine for the browser, halfmoon.wasm, from the engine's sources (needs LLVM's lld)
wasm *options:
    {{uv}} python tools/make_wasm.py {{options}}

# halfmoon beside its peers, quickly
bench *options:
    {{uv}} python benchmarks/run.py --quick {{options}}

# The lesson, as a page
tutorial *options:
    {{uv}} halfmoon tutorial {{options}}

# The lesson's notebook, run and stored with its outputs
notebook:
    {{uv}} python tools/run_notebook.py

# The README's pictures, from the lesson and the playground (with chromium)
images:
    {{uv}} python tools/make_images.py
    {{uv}} python tools/film_playground.py

# What makes the code hard to read, counted
house *options:
    {{uv}} python tools/measure_house.py {{options}}

# Which of 60 small faults in the core the tests find (hours, without --budget)
mutants *options:
    {{uv}} python tools/mutants.py {{options}}
