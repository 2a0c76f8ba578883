"""Consultations: a questionnaire pair put to a country's stakeholders, with dates, rules and states.

draft → open → closed → concluded → archived; closed → open is an extension and is recorded. A
request that arrives before the closing instant counts in time.
"""
