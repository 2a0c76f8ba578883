"""The expressions of forms: when a question is relevant, required, or answered within its bounds."""
