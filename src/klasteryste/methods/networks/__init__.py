"""Networks of partnership: who works with whom, who brokers, what breaks, and what chance alone would give.

Everything stands on two kinds of objects, in `graphs`: a `TwoMode` network of organisations and the projects
they take part in, and a `Graph` of ties between organisations. `structure`, `mixing`, `communities`, `core`,
`brokerage` and `robustness` describe a graph; `nulls` draws the networks that chance would give, so that a
description can be compared with them; `backbone` says which ties of a projection are more than chance.
"""
