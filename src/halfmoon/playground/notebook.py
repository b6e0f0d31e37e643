"""The playground in a notebook: the same page, and messages instead of HTTP."""

from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

from halfmoon.playground.api import File, operate
from halfmoon.playground.page import SITE
from halfmoon.serving.operations import explain
from halfmoon.serving.packing import jsonable


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


def answer_message(
    session: Any, question: dict[str, Any], buffers: Sequence[Any] = ()
) -> tuple[dict[str, Any], list[bytes]]:
    """What is answered to a message of the page, and the bytes of a file.

    `question` has the `view` and the `id` that the answer is to carry, the `name` of an
    operation and its `message`; a body comes in `buffers`.
    """
    told = {"view": question.get("view"), "id": question.get("id")}
    name = str(question.get("name"))
    body = bytes(buffers[0]) if buffers else b""
    try:
        answer = operate(session, name, question.get("message"), body)
    except Exception as error:
        _, sentence = explain(error, name)
        return {**told, "error": sentence}, []
    if isinstance(answer, File):
        file = {"name": answer.name, "type": answer.media_type}
        return {**told, "file": file}, [answer.content]
    return {**told, "answer": jsonable(answer)}, []
