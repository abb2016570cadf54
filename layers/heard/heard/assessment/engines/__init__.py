"""The engines that ship with Heard: each reads a text and gives probabilities."""
