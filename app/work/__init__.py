"""My work: what waits for somebody, by date, counted where it leads; and a digest of it by e-mail.

It stands above the rooms it counts in, and decides nothing: every number is the number of lines of the page
its link opens.
"""
