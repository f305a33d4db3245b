"""What anyone can check: lists, signatures, keys, verdicts. What judges (`judge.py` and all below it) does no IO."""
