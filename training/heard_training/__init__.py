"""What trains and evaluates the engines. Not shipped."""
