"""Distances between sequences: costs, methods, kernels; on different sequences only."""
