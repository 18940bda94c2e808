"""Indicators of young people between school and work."""
