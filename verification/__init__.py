"""The long checks, run before a version is released: `make verify`."""
