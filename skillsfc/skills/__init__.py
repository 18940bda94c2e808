"""From occupations to skills: exposure of jobs to AI, automation and the green transition."""
