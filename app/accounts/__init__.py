"""People and how they prove who they are: password, provider, session, token.

A session's cookie and an API token are opaque; only their fingerprints are stored. A bearer session
belongs to no account: it opens one confidential contribution and carries no time of day.
"""
