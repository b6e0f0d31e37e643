"""The playground in a notebook: the same page, and messages instead of HTTP."""

from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

from halfmoon.playground.page import SITE
from halfmoon.serving.messages import answer_message


class Playground(anywidget.AnyWidget):
    """A session's page in the output of a cell.

    `session` is what it shows: a later cell may read or change it.
    """

    _esm = SITE.joined("widget") + "\nexport default { render };\n"
    page = traitlets.Unicode().tag(sync=True)
    session: Any = None

    def __init__(self, session: Any) -> None:
        super().__init__(page=SITE.as_one("widget-page"))
        self.session = session
        self.on_msg(self._hear)

    def _hear(self, _: Any, question: Any, buffers: Sequence[Any]) -> None:
        answer, content = answer_message(self.session, question, buffers)
        self.send(answer, content)

    def close(self) -> None:
        """End the session, and take the page away."""
        if self.session is not None:
            self.session.close()
        super().close()
