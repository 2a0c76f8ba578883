"""XLIFF 2.0 files: the texts of a questionnaire for translators, and what a returned file would change."""
