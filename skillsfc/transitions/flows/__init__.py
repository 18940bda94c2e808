"""Gross flows between labour market states, and what they imply."""
