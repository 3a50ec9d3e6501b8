"""The tests: a package, so that helpers are imported as `tests.…` and two files may share a name."""
