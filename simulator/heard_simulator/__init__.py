"""Review platforms, simulated from their own documents. Imports nothing of the library."""
