"""The page behind a feedback form: what its author said, and what we answered.

Its address is the author's secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heard.errors import NotFound
from heard.reviews import review_id, thread_id
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from heard.connectors import Connection
    from heard.storage.case_store import Work
    from heard.storage.setup import Setup


def answers(
    connection_id: str, native_id: str, setup: Setup, work: Work
) -> tuple[Connection, str, list[str]]:
    """The connection, what the author wrote, and our published replies in order.

    Raises NotFound for any other address.
    """
    connection = setup.connection(connection_id)
    if connection is None or connection.platform != "feedback_form":
        raise NotFound("There is nothing here.")
    loaded = work.case(review_id(connection.business, connection.platform, native_id))
    thread = thread_id(connection.business, connection.platform, native_id)
    try:
        event = work.revision(loaded.case.review).event
        said = [reply.text for reply in work.replies(thread) if reply.sent_at]
    except Erased as erased:
        raise NotFound("There is nothing here.") from erased
    return connection, event.text or "", said
