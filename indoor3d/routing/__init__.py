"""Where people can walk, the ways between places, the ways out, and how to say them."""
