"""One module a schema version, each with the way up and the way down."""
