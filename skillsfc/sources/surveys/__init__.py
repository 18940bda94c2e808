"""Person files of statistics offices: read with their labels, renamed and recoded by a mapping."""
