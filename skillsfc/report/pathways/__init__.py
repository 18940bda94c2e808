"""Report sections on the way from education to work: words, figures and tables of results."""
