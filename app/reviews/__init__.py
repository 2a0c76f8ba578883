"""Country reviews: the State, the instruments and the cluster, the clock, the one focal point."""
