"""`make bench`: the portal against the ceiling of its own stack, as ratios taken in one run."""
