"""A censor on one machine: client – provider – servers, three network namespaces that nothing leaves.

For tests (`test_lab.py`), and for developers: `python3 -m tests.lab up` gives a shell behind the censor.
"""
