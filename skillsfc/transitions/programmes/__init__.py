"""What a programme changed, and what a year of schooling pays: estimates with their limits."""
