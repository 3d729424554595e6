"""Our own page, which a link opens."""
