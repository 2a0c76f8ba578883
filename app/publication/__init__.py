"""Publication: the public outcome of a consultation, question by question, frozen when published.

It shows what contributors agreed to and no count under five. A later withdrawal makes a new version
without the withdrawn words.
"""
