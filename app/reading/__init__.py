"""Reading: all answers to one question side by side, who has read what, translations beside them.

Staff of the consultation's office read submitted versions only. A confidential contribution is a
label; a translator sees words without any name.
"""
