"""Kentongan: the news of a government office, carried to every channel once, with receipts."""

__version__ = "0.1.0"
