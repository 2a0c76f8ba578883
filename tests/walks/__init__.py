"""`make walks`: people who type, are refused, come back and go on at random, and never lose a word."""
