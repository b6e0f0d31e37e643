"""The lesson: each section is a text, and a module that measures and draws for it.

`program` has the sections in order. `experiment` holds what several sections need, the
data and the networks for one seed; `study` trains the networks of section 7.
"""
