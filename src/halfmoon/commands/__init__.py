"""The command line: `main` is the app, and each other module one command.

`common` holds what commands share, and `describing`, `fitting` and `predicting` what
the larger ones are made of.

`catalogue` says what is in the registries, for the command `list`.
"""
