"""From the built site to the channels: what should go out, is it live, one delivery one step at a time."""
