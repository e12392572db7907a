"""What is true: frozen values and pure functions. No clock, disk, log or framework."""
