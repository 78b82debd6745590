"""What admins of a site and of its spaces meet: layers, configurations, schemes, switches, history and dry runs."""
