"""The engines that ship with Heard. Each reads a text and gives probabilities."""
