"""Technical ground the domains stand on; no word of the domain lives here."""
