"""The HTTP contract: JSON Schema, OpenAPI, and the page that shows them."""
