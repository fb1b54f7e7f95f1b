"""The commands: what a user types, what is shown while it runs, and how it ends."""
