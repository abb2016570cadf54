"""The lake: what reports read of a business's days, made from outcomes alone.

Of each day there are three things. The *facts* are its outcomes, one a line, as they were sealed.
The *rows* say of each review that was touched on the day how it stood at the day's end. The
*summary* counts what happened. Rows and summary are pure functions of facts: made twice they are
equal, so a day can be made again at any time, and anybody can check what was made of it.

What outcomes do not say is null here. Nothing in this package asks a table, knows an author, or
reads a customer's words.
"""

from heard.lake.columns import SCHEMA
from heard.lake.files import PackedFacts, read_facts, rows_key, summary_key
from heard.lake.rows import review_rows
from heard.lake.summary import day_summary
from heard.lake.touched import TouchedReview, touched_reviews
from heard.lake.writing import DayFiles, EarlierOutcomes, LakeWriter, write_day

__all__ = [
    "SCHEMA",
    "DayFiles",
    "EarlierOutcomes",
    "LakeWriter",
    "PackedFacts",
    "TouchedReview",
    "day_summary",
    "read_facts",
    "review_rows",
    "rows_key",
    "summary_key",
    "touched_reviews",
    "write_day",
]
