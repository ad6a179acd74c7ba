"""The site as feeds and cards take it, from the settings."""

from __future__ import annotations

from publisher.article import Service, Site
from publisher.settings import Settings


def to_site(settings: Settings, services: tuple[Service, ...]) -> Site:
    """The office's site with the register ``services``."""
    office = settings.office
    return Site(
        url=office.url,
        title=office.title,
        publication=office.publication or office.title,
        office=office.name,
        description=office.description,
        language=office.language,
        timezone=office.timezone,
        email=office.email,
        hub=office.hub,
        services=services,
    )
