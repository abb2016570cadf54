"""The feedback page: what the author of a form's review said, and what we replied.

The page's address is the author's secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heard.errors import NotFound
from heard.reviews import review_id, thread_id
from heard.storage.vault import Erased

if TYPE_CHECKING:
    from heard.connectors import Connection
    from heard.storage.case_store import CaseStore
    from heard.storage.setup import SetupStore


def feedback_page(
    connection_id: str, native_id: str, setup: SetupStore, case_store: CaseStore
) -> tuple[Connection, str, list[str]]:
    """The connection, what the author wrote, and our sent replies in order.

    Raises NotFound for any other address.
    """
    connection = setup.connection(connection_id)
    if connection is None or connection.platform != "feedback_form":
        raise NotFound("There is nothing here.")
    review = case_store.find_review(review_id(connection.business, connection.platform, native_id))
    if review is None:
        raise NotFound("There is nothing here.")
    thread = thread_id(connection.business, connection.platform, native_id)
    try:
        event = case_store.revision(review).event
        replies = [reply for reply in case_store.replies(thread) if reply.sent_at]
        reply_texts = [reply.text for reply in replies if not reply.is_damaged]
    except Erased as error:
        raise NotFound("There is nothing here.") from error
    return connection, event.text or "", reply_texts
