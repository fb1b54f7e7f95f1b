"""The words all layers share: instants, constants, records, errors, digests."""
