"""Questionnaires: two editions, immutable published versions, questions, and the map between them.

A published version is compiled once per process into an immutable structure in memory; pages ask
that structure and not the database.
"""
