"""Chains (接龙): reads a snapshot into sure and doubtful rows, tells two snapshots apart, writes one to copy."""

from community.chain.diff import diff
from community.chain.model import Bought, Chain, Change, Offer, Row
from community.chain.read import read_chain
from community.chain.write import write_chain

__all__ = ["Bought", "Chain", "Change", "Offer", "Row", "diff", "read_chain", "write_chain"]
