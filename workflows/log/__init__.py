"""How the log is held to account: signed checkpoints, tiles for outsiders, proofs, verification."""
