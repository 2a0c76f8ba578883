"""What the files of a database tell of confidential contributions: `python -m tests.leaks` looks, and says."""
