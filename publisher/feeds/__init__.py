"""One file a format: ``FILENAME`` below the site's root, and ``render(site, articles, now) -> bytes``.

``articles`` carry their rendered HTML; a format sees the public ones, newest first, and asks no clock but
``now``, so the same articles give the same bytes. A format that lists every page of the site takes them as
``pages`` (see sitemap.py). The first line of a member's docstring says what it is for.
"""
