"""State probabilities and rates of people who move between several states."""
