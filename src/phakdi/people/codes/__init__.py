"""The codes room: one-time codes that prove that a phone or an e-mail address is somebody's own."""
