"""Exports: an approved submission as DOCX and JSON, question by question, without attachments.

Each export is kept with its fingerprint, so that the next one can say what changed.
"""
