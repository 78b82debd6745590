"""What members meet: sign-in, their links, and the page of one link."""
