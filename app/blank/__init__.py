"""Blank forms on paper: a questionnaire as a Word document with fields, its conditions in words."""
