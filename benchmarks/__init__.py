"""Results on published instances, and what made them; not part of the installed package."""
