"""What happened, for members and admins: lists, charts, exports, the chain, and what failed."""
