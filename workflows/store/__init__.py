"""How events become bytes on disk and come back: the log, documents, private fields, commands."""
