"""The safe pickle reader: it turns bytes into plain values, arrays and frames, and runs nothing that a file names.

It does not depend on cycling data. Written by hand, because Python's own unpickler calls what a file names. `fickling`
and `picklescan` only check a file before that unpickler runs it, and neither limits the memory that a file may use.
"""
