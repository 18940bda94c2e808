"""Shares that close to one: occupations within sectors, qualifications within occupations."""
