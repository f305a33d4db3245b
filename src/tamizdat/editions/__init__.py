"""What readers read: every edition is made from the one conversion of each version."""
