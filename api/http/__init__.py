"""HTTP under ``/api/v1``: one module per noun, one short function per route."""
