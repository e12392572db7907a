"""What people do: one module per noun, one public method per act."""
