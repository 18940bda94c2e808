"""Tables fitted to their margins: RAS / iterative proportional fitting, GRAS and soft margins."""
