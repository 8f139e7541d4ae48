"""The jails."""
