"""The checked person spell, and its exact conversions to sequences, person-periods and panels."""
