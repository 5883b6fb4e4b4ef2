"""What the command-line client is made of: a streamed upload, a way to the server, a summary, pictures."""
