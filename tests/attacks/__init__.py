"""Attacks by whoever owns the machine, numbered as in docs/log.md.

Each runs on files and on PostgreSQL, but for those one store alone allows:

- T1, values of another type: only a file lets a column hold them. In PostgreSQL the owner takes
  values out, declares columns anew, and renames or drops tables instead.
- T14 and T16, rows with a hole: only a table of PostgreSQL can be told to allow them.
- T20 asks a server, whose answer comes from the published checkpoint and the log's clock alike.
- T21 and T23 are about bundles and signatures, which are the same whatever holds the log.
- T24 has a test for each store, since each keeps keys in its own way.
"""
