"""The country brief, one module a section: results in, words, tables and figures out."""
