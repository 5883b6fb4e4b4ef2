"""The safe pickle reader: bytes in, plain values, arrays and frames out, and nothing that a file names is ever run.

It knows nothing of cycling data. Written by hand, because Python's own unpickler calls what a file names, and `fickling`
and `picklescan` only judge a file before that unpickler runs it; neither bounds the memory that a file may ask for.
"""
