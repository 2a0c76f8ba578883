"""Contributions: what an organisation or a confidential contributor answers, question by question.

drafting → submitted, submitted → drafting (revision until closing), then withdrawn. Every submission
is a kept, immutable version. A confidential contribution has no account and no membership behind it.
"""
