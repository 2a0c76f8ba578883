"""Demonstration data: two invented States, told in TOML files and written through the services."""
