"""Questionnaires as files: the pages and the interface through which they leave and come back."""
