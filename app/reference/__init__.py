"""Instruments, articles, paragraphs and clusters: what questions cite, kept as data with sources."""
