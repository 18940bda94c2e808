"""Results become pictures, tables, words and documents."""
