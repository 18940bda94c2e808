"""Uncertainty carried through the chain: totals, shares, exits, sampling; one seed, many draws."""
