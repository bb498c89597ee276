"""The program's editor: forms that are exactly the file, a builder of conditions, a try on real members, putting in force.

``posted`` reads what forms send · ``parts``, ``figures``, ``groups``, ``builder`` are the fields · ``sections`` says which
things have which fields · ``items`` binds one thing to its form · ``looking`` says what a draft means and would bring about.
"""
