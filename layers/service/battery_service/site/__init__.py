"""What is answered without a token: the pages, health, API information, the formats and the contract."""
