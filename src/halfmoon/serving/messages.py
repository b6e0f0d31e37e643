"""Operations by messages, where there is no HTTP: a page in a notebook's output."""

from collections.abc import Sequence
from typing import Any

from halfmoon.serving.operations import File, explain, operate


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
    return {**told, "answer": answer}, []
