"""One file a format: ``FILENAME``, its file that every site has, and ``render(edition)``.

``render`` gives each file of the format as a Document: its path, what it is made of, and how. An Edition holds what is
published and asks no clock but its ``now``, so the same edition gives the same bytes. The first line of a
member's docstring says what it is for.
"""
