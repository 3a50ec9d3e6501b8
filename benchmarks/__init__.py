"""How fast Keting is, always against something measured in the same run: `make bench` prints it all as JSON."""
