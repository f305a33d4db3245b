"""What editors write: load it, pair it, convert it once, and refuse what readers must not see."""
