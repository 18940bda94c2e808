"""Trajectories as sequences: measures, distances, types."""
