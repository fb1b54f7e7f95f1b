"""The composition of all layers above: one deterministic step, snapshot, restore, digests."""
