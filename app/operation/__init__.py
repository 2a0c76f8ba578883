"""Running the portal: e-mail that did not go out, and the record of what belongs to no country review.

For the secretariat and its auditors. Nothing here leads to a confidential contribution.
"""
