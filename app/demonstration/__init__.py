"""The demonstration: who one can be, which codes work, which mails were sent.

Mounted only where the settings say that nothing is real; the settings refuse that on any other machine.
"""
