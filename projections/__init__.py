"""What people ask: one module per question, each a fold of the log."""
