"""On behalf: staff order, change and cancel for a neighbour, who may be in the room or only a name.

`reading` takes the words apart, `person` finds out who is meant, `doing` does it and keeps the chain's rows right.
"""
