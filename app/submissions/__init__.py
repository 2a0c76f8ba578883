"""Submissions: the State's text, merged from answers passage by passage with its sources.

national answer: drafting → proposed → cleared, cleared → drafting (reopened with a reason).
submission: drafting → cleared → handed over. An excerpt never dangles: answer versions do not change,
and a withdrawn answer leaves a marked tombstone. Who proposed cannot clear. No question is proposed
while an answer mapped to it has no disposition or no reason.
"""
