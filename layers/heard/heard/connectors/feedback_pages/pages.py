"""The HTML of the feedback form and of the feedback page.

Everything that a customer or a business wrote is escaped. A page loads nothing: its style is part
of it, and its security policy allows that style only.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from heard.connectors import Connection
from heard.connectors.feedback_pages.texts import PageTexts, preferred_texts
from heard.reviews import normalize_text

TEXT_LIMIT: Final = 5_000
"""Characters that the form lets people type; the browser counts them.

A longer text that arrives is not refused: nobody's words are.
"""

HONEYPOT: Final = "website"
"""A field that no person sees. Only programs fill it in."""

_STYLE: Final = """
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif }
body { max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem }
fieldset { border: 0; margin: 0 0 1.25rem; padding: 0 }
legend, label.field { display: block; padding: 0; font-weight: 600 }
fieldset label { display: flex; align-items: center; gap: .75rem; min-height: 2.75rem }
input[type=radio] { width: 1.375rem; height: 1.375rem; margin: 0; flex: none }
textarea, input[type=text], button { font: inherit; border: 2px solid; border-radius: .375rem }
textarea, input[type=text] { box-sizing: border-box; width: 100%; margin: .25rem 0 1.25rem }
textarea, input[type=text] { padding: .625rem }
button { min-height: 2.75rem; padding: .5rem 1.75rem; font-weight: 600; cursor: pointer }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px }
[role=alert] { padding: .75rem 1rem; border: 2px solid; border-radius: .375rem; font-weight: 600 }
small { font-weight: 400 }
a { overflow-wrap: anywhere }
.unseen { position: absolute; left: -100rem }
"""

# The policy names the style by its hash. Whatever else got into the page would neither run nor
# load.
_CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src "
    f"'sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'"
)


@dataclass(frozen=True, slots=True)
class FormEntries:
    """What a person has entered into the form."""

    rating: int | None = None
    text: str = ""
    name: str = ""


def form_page(
    connection: Connection,
    texts: PageTexts,
    token: str,
    entries: FormEntries,
    problem: str | None = None,
) -> str:
    """The form with a token and with what the person has entered, and what is wrong with it."""
    stars = "\n".join(
        '<label><input type="radio" name="rating" '
        f'value="{value}"{" checked" if value == entries.rating else ""}> {escape(label)}</label>'
        for value, label in sorted(enumerate(texts.stars, 1), reverse=True)
    )
    optional = f"<small>({escape(texts.optional)})</small>"
    alert = f'<p role="alert">{escape(problem)}</p>\n' if problem else ""
    # Browsers drop one line feed right after <textarea>. This one is there to be dropped, so that
    # the text keeps its own.
    content = f"""<h1>{escape(texts.heading)}</h1>
<p>{escape(texts.intro.replace("{business}", _display_name(connection)))}</p>
{alert}<form method="post">
<input type="hidden" name="token" value="{escape(token)}">
<fieldset>
<legend>{escape(texts.rating_label)}</legend>
{stars}
</fieldset>
<label class="field" for="text">{escape(texts.text_question)}</label>
<textarea id="text" name="text" rows="7" maxlength="{TEXT_LIMIT}">
{escape(entries.text)}</textarea>
<label class="field" for="name">{escape(texts.name_label)} {optional}</label>
<input type="text" id="name" name="name" maxlength="100" autocomplete="name"
 value="{escape(entries.name)}">
<p class="unseen" aria-hidden="true"><label>{escape(texts.leave_blank)}
<input type="text" name="{HONEYPOT}" tabindex="-1" autocomplete="off"></label></p>
<button type="submit">{escape(texts.send_button)}</button>
</form>"""
    return _html_page(connection, texts, content)


def not_ready_page(connection: Connection, texts: PageTexts) -> str:
    """The page of a connection that has no secret yet."""
    return _html_page(connection, texts, f"<p>{escape(texts.not_ready)}</p>")


def thanks_page(connection: Connection, texts: PageTexts, feedback_page: str | None) -> str:
    """The page after sending, with the address of the feedback page."""
    content = f"<h1>{escape(texts.thanks)}</h1>"
    if feedback_page:
        link = f'<a href="{escape(feedback_page)}">{escape(texts.reply_link)}</a>'
        content += f"<p>{escape(texts.keep_link)}</p>\n<p>{link}</p>"
    return _html_page(connection, texts, content)


def render_feedback_page(
    connection: Connection, review_text: str, replies: Sequence[str], accept_language: str
) -> str:
    """The feedback page: what its author wrote, and our replies in their order."""
    texts = preferred_texts(accept_language)
    replies_html = (
        "\n".join(f"<blockquote>{_paragraphs(reply)}</blockquote>" for reply in replies)
        or f"<p>{escape(texts.no_reply_yet)}</p>"
    )
    review_html = (
        f"<h2>{escape(texts.your_text)}</h2>\n<blockquote>{_paragraphs(review_text)}</blockquote>"
        if review_text
        else ""
    )
    heading = f"<h1>{escape(_display_name(connection))}</h1>"
    replies_heading = f"<h2>{escape(texts.our_reply)}</h2>"
    return _html_page(
        connection, texts, f"{heading}\n{review_html}\n{replies_heading}\n{replies_html}"
    )


def _html_page(connection: Connection, texts: PageTexts, content: str) -> str:
    title = escape(texts.title.replace("{business}", _display_name(connection)))
    return f"""<!doctype html>
<html lang="{texts.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_CONTENT_SECURITY_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
{content}
</main>
</body>
</html>
"""


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())


def _display_name(connection: Connection) -> str:
    return " ".join((normalize_text(connection.business_name) or "").split()) or connection.business
