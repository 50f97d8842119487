"""One table, one file, in the formats that other programs read."""
