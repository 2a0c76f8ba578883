"""Polyphony: a consultation portal for treaty reviews."""
