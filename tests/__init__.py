"""The tests: they mirror src/, and e2e is a reader in a browser."""
