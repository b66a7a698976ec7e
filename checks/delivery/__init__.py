"""Rules about what stands between a delivery and its destination: policies, roles, kinds."""
