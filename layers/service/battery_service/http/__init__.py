"""HTTP for the functions: requests, bodies, routes, responses."""
