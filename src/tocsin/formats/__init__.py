"""Bytes to records and back; one file a format. Imports core only."""
