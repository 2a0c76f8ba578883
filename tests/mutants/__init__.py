"""Whether a test notices when a question to a policy is left out: `python -m tests.mutants [package …]`."""
