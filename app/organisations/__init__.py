"""Organisations and who may do what in them.

A government office is an organisation too: the roles of a State's staff, its facilitators and its
translators are memberships there, and that office is the wall between States.
"""
