"""The playground: a page on one's own machine, driven by the engine of everything else.

    setup -> data, network -> recording -> frame -> page

`setup` is every control of the page as one value, `data` the rows that it stands for,
`recording` a run that can be gone back in, `frames` what the page asks to see of it.
"""
