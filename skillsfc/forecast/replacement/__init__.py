"""Jobs that open because people leave: cohort, stock-flow and separation methods, and openings."""
