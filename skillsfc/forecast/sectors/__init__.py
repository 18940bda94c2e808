"""Employment by sector: pooled trends, output elasticities, error correction, held to a total."""
