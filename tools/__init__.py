"""What makes data of this repository; nothing of it is in the package."""
