"""The redirect callback and the pages that it answers with."""
