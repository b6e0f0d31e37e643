"""The tutorial as a program: each section is a module that says, computes and draws.

`program` has the sections in order. `experiment` holds what several sections need, the
data and the networks for one seed; `trials` trains a network and evaluates it; `study`
repeats that for several seeds; `maps` draws what a network predicts.
"""
