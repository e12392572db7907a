"""Doors: HTTP, command line, and the wiring behind both."""
