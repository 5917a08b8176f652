"""apigen makes verified function-calling training data."""

__version__ = "0.1.0"
