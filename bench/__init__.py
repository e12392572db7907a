"""What is measured: ratios to a floor in the same run, never times alone."""
