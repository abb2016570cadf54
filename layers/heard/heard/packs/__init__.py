"""The auditor's pack: a period of one business in a file that proves itself, without Heard.

Everything here is pure: a pack is written from a `PackSource`. `verify.py` goes with each pack, and
imports nothing of Heard.
"""
