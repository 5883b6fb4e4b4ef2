"""What builds, measures, trains and checks; nothing here is deployed."""
