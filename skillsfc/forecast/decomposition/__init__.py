"""Decomposition: the change of employment split into scale, mix and staffing."""
