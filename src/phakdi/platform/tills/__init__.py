"""The tills room: devices at the counter that keep bills while the network is gone, and what became of these bills."""
