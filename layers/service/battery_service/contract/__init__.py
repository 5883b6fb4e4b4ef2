"""The HTTP contract as documents: JSON Schema, OpenAPI, the page that shows them."""
