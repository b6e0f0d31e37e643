"""The tutorial as a program: each section is a module that says, computes and draws its
part.

`book.py` is the paper it is written on; `common.py` holds what several sections need
(the data, the trained network).
"""
