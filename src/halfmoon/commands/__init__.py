"""The command line: `main` is the app, and each other module one command.

`catalogue` says what is in the registries, for the command `list`.
"""
