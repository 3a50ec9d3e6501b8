"""The rules and the tables of a community shop: synchronous, no transport, no clock of its own."""
