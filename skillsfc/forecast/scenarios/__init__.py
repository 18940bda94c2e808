"""Scenarios as differences to a baseline forecast, split into the contributions of their levers."""
