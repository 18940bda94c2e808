"""Types of trajectories: clusters, how good they are, names, and what explains distances."""
