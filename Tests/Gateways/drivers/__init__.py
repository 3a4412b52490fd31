"""One module a gateway: `available()` says why it cannot run, `start(place)` starts it."""
