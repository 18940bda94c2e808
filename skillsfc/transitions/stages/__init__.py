"""Stages of the transition from school to work, their length and path, and their shares."""
