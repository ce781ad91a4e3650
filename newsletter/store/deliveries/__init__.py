"""The ledger: who has had which letter."""
