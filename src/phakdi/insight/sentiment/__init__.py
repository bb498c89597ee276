"""The sentiment room: whether a text speaks well or badly of something. It needs no tables: the model comes with the package."""
