"""Notifications: who is told what by e-mail, in the reader's language and in neutral words."""
