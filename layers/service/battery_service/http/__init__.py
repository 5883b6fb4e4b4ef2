"""HTTP as the functions see it: requests, bodies, routes, responses."""
