"""The workbook that a ward team sends on, and the one that it fills in."""
