"""Reads of composed pages, by page."""
