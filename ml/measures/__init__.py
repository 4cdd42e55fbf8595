"""Features of music, as numbers: what a listener would notice, measured on notes alone."""
