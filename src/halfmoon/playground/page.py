"""The playground's page, with all that it may ask."""

from halfmoon.playground.api import OPERATIONS
from halfmoon.playground.folders import FOLDERS
from halfmoon.serving.site import Site

SITE = Site(FOLDERS, OPERATIONS)
