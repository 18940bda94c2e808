"""Tidy tables become labour demand and supply; models receive tables, never load them."""
