"""Where releases live: the only room that opens sockets."""
