"""Input-output: what a unit of demand sets off in output, value added, jobs and income."""
