"""Statements: a facilitator brings statements gathered elsewhere, from a CSV file.

Preview first, then import. Rows find their question by instrument, article and topic; a row that
finds none is kept and listed. Importing the same file twice changes nothing.
"""
