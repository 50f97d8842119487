"""Bytes of a published file -> one raw table, whatever it is written in."""
