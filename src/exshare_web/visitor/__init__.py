"""What visitors meet: the gates, the page, its files."""
