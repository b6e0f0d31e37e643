"""The live figures of a page: their places, and what brings them to life."""

import html
import json


def live_figure(name: str, settings: dict[str, str], caption: str) -> str:
    """The place of a live figure: hidden until a script starts it."""
    told = html.escape(json.dumps({"name": name, **settings}))
    return (
        f'<figure class="live" data-settings="{told}" hidden>'
        f"<figcaption>{caption}</figcaption></figure>"
    )
