"""Building the site: localise, execute, Jupyter Book, search index."""
