"""Rules about permissions: what identities may do, whom resources let in."""
