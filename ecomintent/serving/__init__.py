"""The API: answers tickets with the champion, routes them, and takes up a new champion while it serves."""
