"""Households: which front door a resident lives behind, so that limits count per door and bags find their building."""

from community.household.reading import HOUSEHOLD, Household, find_household, read_household

__all__ = ["HOUSEHOLD", "Household", "find_household", "read_household"]
