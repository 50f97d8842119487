"""The printed pages: the A3 map and the atlas."""
