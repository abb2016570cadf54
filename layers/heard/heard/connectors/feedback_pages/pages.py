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

# The colours are those of the desk's page (`web/style.css`), which a test compares. The places are
# named by the direction of the text.
_STYLE: Final = """
:root {
  color-scheme: light dark;
  --canvas: #f9fafc; --surface: #ffffff; --hover: #eef0f5; --line: #dde0e4;
  --ink: #161b24; --ink-2: #4a505b; --edge: #7c808a;
  --accent: #3a58c3; --on-accent: #ffffff; --accent-ink: #2c47b7;
  --critical: #b7191c; --critical-tint: #ffeae9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --canvas: #0f1014; --surface: #15171b; --hover: #1f2228; --line: #2b2e34;
    --ink: #edeef2; --ink-2: #b4b7bf; --edge: #70757e;
    --accent: #5f7ceb; --on-accent: #080b14; --accent-ink: #9cb4fe;
    --critical: #fb817a; --critical-tint: #451e1d;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--canvas); color: var(--ink);
  font: 1.0625rem/1.5 system-ui, "Noto Sans", sans-serif }
main { max-inline-size: 34rem; min-block-size: 100vh; margin-inline: auto; padding: 2rem 1.25rem;
  background: var(--surface); border-inline: 1px solid var(--line); overflow-wrap: anywhere }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 2rem; font-weight: 600 }
h2 { margin: 1.5rem 0 .5rem; font-size: .875rem; font-weight: 400; color: var(--ink-2) }
p { margin: 0 0 1rem }
h1 + p { color: var(--ink-2) }
form { margin-block-start: 1.5rem }
fieldset { border: 0; margin: 0 0 1.5rem; padding: 0 }
legend, label.field { display: block; padding: 0; margin: 0 0 .25rem; font-weight: 600 }
fieldset label { display: flex; align-items: center; gap: .75rem; min-block-size: 2.75rem;
  border-block-end: 1px solid var(--line); cursor: pointer }
input[type=radio] { inline-size: 1.5rem; block-size: 1.5rem; margin: 0; flex: none;
  accent-color: var(--accent) }
textarea, input[type=text] { inline-size: 100%; margin: 0 0 1.5rem; padding: .625rem .75rem;
  border: 1px solid var(--edge); border-radius: .375rem; background: var(--surface);
  color: inherit; font: inherit }
textarea { resize: vertical }
button { min-block-size: 2.75rem; padding: .5rem 1.75rem; border: 1px solid var(--accent);
  border-radius: .375rem; background: var(--accent); color: var(--on-accent); font: inherit;
  font-weight: 600; cursor: pointer }
:focus-visible { outline: 2px solid var(--accent-ink); outline-offset: 1px }
[role=alert] { padding: .75rem 1rem; border-inline-start: 2px solid var(--critical);
  background: var(--critical-tint) }
small { font-weight: 400; color: var(--ink-2) }
a { color: var(--accent-ink) }
blockquote { margin: 0 0 1rem; padding-inline-start: .875rem;
  border-inline-start: 2px solid var(--line) }
blockquote.reply { padding: .75rem 1rem; border: 0; border-radius: .375rem;
  background: var(--hover) }
blockquote p { margin: 0 0 .5rem }
blockquote p:last-child { margin: 0 }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden;
  clip-path: inset(50%) }
@media (max-width: 36rem) { main { border: 0 } }
@media (forced-colors: active) { blockquote.reply, [role=alert] { border: 1px solid CanvasText } }
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
<textarea id="text" name="text" rows="7" dir="auto" maxlength="{TEXT_LIMIT}">
{escape(entries.text)}</textarea>
<label class="field" for="name">{escape(texts.name_label)} {optional}</label>
<input type="text" id="name" name="name" maxlength="100" autocomplete="name" dir="auto"
 value="{escape(entries.name)}">
<p class="unseen" aria-hidden="true"><label>{escape(texts.leave_blank)}
<input type="text" name="{HONEYPOT}" tabindex="-1" autocomplete="off"></label></p>
<button type="submit">{escape(texts.send_button)}</button>
</form>"""
    return _html_page(connection, texts, content)


def not_ready_page(connection: Connection, texts: PageTexts) -> str:
    """The page of a connection that has no secret yet."""
    heading = f"<h1>{escape(_display_name(connection))}</h1>"
    return _html_page(connection, texts, f"{heading}\n<p>{escape(texts.not_ready)}</p>")


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
        "\n".join(
            f'<blockquote class="reply" dir="auto">{_paragraphs(reply)}</blockquote>'
            for reply in replies
        )
        or f"<p>{escape(texts.no_reply_yet)}</p>"
    )
    review_html = (
        f"<h2>{escape(texts.your_text)}</h2>\n"
        f'<blockquote dir="auto">{_paragraphs(review_text)}</blockquote>'
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
<html lang="{texts.language}" dir="{texts.direction}">
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
