"""Submissions: the State's text, merged from answers paragraph by paragraph with its sources.

national answer: drafting → for approval → approved, approved → drafting (reopened with a reason).
submission: drafting → approved → made final. An excerpt never dangles: answer versions do not change,
and a withdrawn answer leaves a marked tombstone. Who sent it cannot approve it. No question is sent for approval
while an answer mapped to it has no decision or no reason.
"""
