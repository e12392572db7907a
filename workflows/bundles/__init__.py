"""Bundles: a ruling, a stream or a range of the log, for whoever checks it without this program."""
