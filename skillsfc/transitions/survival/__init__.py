"""Time to an event: survival curves, cumulative incidence and hazard models."""
