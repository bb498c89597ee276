"""Local stand-ins for the providers that the product talks to: real servers on this machine that speak their protocols."""
