"""Pelican's settings and nothing else. What the office decides is in office.toml."""

from pathlib import Path

from publisher.build.office import known
from publisher.settings import load

OFFICE = load(Path(__file__).resolve().parent, known=known)
PATH = str(OFFICE.content)
OUTPUT_PATH = str(OFFICE.output)
THEME = str(OFFICE.root / "theme")
SITEURL = OFFICE.office.url
SITENAME = OFFICE.office.title
DEFAULT_LANG = OFFICE.office.language
TIMEZONE = OFFICE.office.timezone

PLUGIN_PATHS = ["."]
PLUGINS = [  # each takes what the ones before it left
    "plugins.reader",
    "plugins.pictures",
    "plugins.cards",
    "plugins.manifest",
    "plugins.icon",
    "plugins.search",
    "plugins.templates",
    "plugins.letters",
    "plugins.periods",
    "plugins.feeds",
    "plugins.indexnow",
    "plugins.hosts",
    "plugins.place",
    "plugins.speed",
]

# every page is written to a staging folder and put in place by plugins.place, which also deletes
DELETE_OUTPUT_DIRECTORY = False
LOCALE = ["C"]  # dates are written by plugins/_jinja.py, never by the machine's locale
DEFAULT_DATE_FORMAT = "%Y-%m-%d"
IGNORE_FILES = [".*", "*~"]
STATIC_PATHS = []  # pictures are made anew, attachments are copied by name
JINJA_ENVIRONMENT = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}

# the front matter says it all; nothing is guessed from names of files and folders
USE_FOLDER_AS_CATEGORY = False
DEFAULT_CATEGORY = ""
FILENAME_METADATA = ""
PATH_METADATA = ""
FORMATTED_FIELDS = []
ARTICLE_TRANSLATION_ID = None
PAGE_TRANSLATION_ID = None
ARTICLE_ORDER_BY = None
INTRASITE_LINK_REGEX = "(?P<what>(?!))"  # links are resolved by plugins.reader

# feeds are written by plugins.feeds
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None

DIRECT_TEMPLATES = ["index", "archives", "categories", "tags", "authors", "register", "indeks", "cari", "404"]
PAGINATED_TEMPLATES = {}
INDEX_SAVE_AS, INDEX_URL = "index.html", ""
ARCHIVES_SAVE_AS, ARCHIVES_URL = "arsip/index.html", "arsip/"
CATEGORIES_SAVE_AS, CATEGORIES_URL = "kategori/index.html", "kategori/"
TAGS_SAVE_AS, TAGS_URL = "tag/index.html", "tag/"
AUTHORS_SAVE_AS, AUTHORS_URL = "penulis/index.html", "penulis/"
REGISTER_SAVE_AS, REGISTER_URL = "layanan/index.html", "layanan/"
INDEKS_SAVE_AS, INDEKS_URL = "indeks/index.html", "indeks/"
CARI_SAVE_AS, CARI_URL = "cari/index.html", "cari/"
CATEGORY_SAVE_AS, CATEGORY_URL = "kategori/{slug}/index.html", "kategori/{slug}/"
TAG_SAVE_AS, TAG_URL = "tag/{slug}/index.html", "tag/{slug}/"
AUTHOR_SAVE_AS, AUTHOR_URL = "penulis/{slug}/index.html", "penulis/{slug}/"
