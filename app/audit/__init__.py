"""The record of who did what to which thing: written in the transaction, never changed.

Drafting is not in it. Submitting, withdrawing, reading by staff, merging, deciding, clearing and
publishing are (product.md 4). Acts of contributors carry a date and no time;
those of confidential ones no person either, and they enter the record when their day is over.
"""
