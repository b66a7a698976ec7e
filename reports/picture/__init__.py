"""The architecture as a picture: messages flow from left to right."""
