"""Cohorts of pupils: from school counts to rates, a cohort's way through school, and work."""
