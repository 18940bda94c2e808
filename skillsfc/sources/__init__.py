"""Raw files and user files become tidy tables; the only code that opens either."""
