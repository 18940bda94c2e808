"""Person records become pathways: spells, stages, survival, states, flows, sequences."""
