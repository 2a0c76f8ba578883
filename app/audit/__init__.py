"""The record of who did what to which thing: written in the transaction, never changed.

Drafting is not in it. Submitting, withdrawing, reading by staff, merging, disposing, clearing and
publishing are (product.md 4). Acts of a confidential contributor carry a date and no person.
"""
