"""Examplia: a small, complete, SYNTHETIC country whose truth is stated.

Use it to learn the library and to test models: every number comes from parameters that
`Example.truth` gives. It says nothing about any real country.
"""

from skillsfc.sources.example.country import Example, example

__all__ = ["Example", "example"]
