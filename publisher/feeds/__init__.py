"""One file a format: ``FILENAME``, its file that every site has, and ``render(edition)``.

``render`` gives each file of the format as (path below the site's root, bytes). An Edition holds what is
published and asks no clock but its ``now``, so the same edition gives the same bytes. The first line of a
member's docstring says what it is for.
"""
