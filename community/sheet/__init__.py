"""The papers of a group buy: who ordered what, arranged for picking, carrying, sticking on bags and reckoning."""
