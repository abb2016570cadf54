"""What an erasure did, in words that can be handed to the person who asked for it."""

from __future__ import annotations

from heard.clock import parse_time
from heard.steps.erasing import ErasureReport
from heard_cli import show


def erasure_letter(report: ErasureReport, platform: str) -> str:
    """The report as plain text: what was erased, what stays and why, and until when.

    `platform` is the name of the platform on which the person wrote.
    """
    day = parse_time(report.at).date()
    backups_until = parse_time(report.backups_until).date()
    reviews = show.count(len(report.reviews), "review")
    texts = show.count(report.texts, "text")
    lines = [
        f"Erasure of {report.author} at {report.business}, {day}",
        "",
        "Erased:",
        f"  {reviews} with {texts}: what you wrote, our replies to you, and notes about you.",
        "  The key of these texts, what is known of you, and what was kept to notice your edits.",
    ]
    if report.dead_letters:
        dead_letters = show.count(report.dead_letters, "message")
        lines.append(f"  {dead_letters} with your words, which waited in a queue.")
    if report.quarantined:
        requests = show.count(report.quarantined, "request")
        lines.append(f"  {requests} in quarantine, which mentioned you.")
    lines += [
        "",
        "Stays, and why:",
        "  The log of what happened to each review: times, ratings, codes, and ids that lead to "
        "nobody. It",
        "    is kept as a proof, and holds no word of yours. Its commitments to your words mean "
        "nothing",
        "    without the key.",
        f"  Backups hold the key until {backups_until} and are not used. After a restore, you are "
        "erased again.",
        f"  What {platform} itself shows or stores. Ask {platform} to delete it.",
        "  Words that you write from now on are handled as new ones.",
    ]
    if report.open_follow_ups:
        lines += [
            "",
            f"Still open, for {report.business}: {', '.join(report.open_follow_ups)}. A person "
            "decides without the words.",
        ]
    return "\n".join(lines)
