"""Occupational projections beside what came: matching, measures and the split of the error."""
