"""Backups of a data directory: taken while it is served, whole or not there, and put back."""
