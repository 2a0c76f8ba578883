"""Texts people wrote and translations that stand beside them; the original is authoritative.

A translation never replaces anything: a correction is a further row, the newest is shown, and each
says who or what made it.
"""
