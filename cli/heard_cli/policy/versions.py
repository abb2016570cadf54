"""`heard policy publish|list|show|rollback`.

The policies that a business has published, and which one it follows.

Owns also what a policy is called on the command line (`chosen`): a file, `default`, `published`, a
version's number or hash.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from heard import clock
from heard.clock import stamp
from heard.errors import BadRequest, Conflict
from heard.policy import Policy, complete, load_policy
from heard.policy.check import problems
from heard.storage.policies import Policies, Version
from heard_cli import show
from heard_cli.policy.check import checked
from heard_cli.stack import Stack, Stop, on_stack

DEFAULT: Final = "default"
PUBLISHED: Final = "published"
_NUMBER: Final = re.compile(r"v?([0-9]{1,8})")
_HASH: Final = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A policy that somebody named, its complete document, and what to call it."""

    policy: Policy
    document: Mapping[str, Any]
    label: str
    version: Version | None = None


def policies(stack: Stack) -> Policies:
    """What businesses have published on a stack."""
    return Policies(stack.dynamodb, stack.outputs["SetupTableName"])


@on_stack
def publish(
    stack: Stack,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The policy, a YAML or JSON file.")
    ],
    business: Annotated[str, typer.Option(help="Whose.")],
    by: Annotated[str, typer.Option(help="Who publishes it: it stands in the list of versions.")],
    note: Annotated[str, typer.Option(help="Why, for whoever reads the list.")] = "",
) -> None:
    """Make a policy the one that a business follows from now on, as a new version.

    One with errors is refused and the old one stays.
    """
    stack.business(business)
    name, why = _said(by, "--by", 80), _said(note, "--note", 300, needed=False)
    source, document = checked(file)
    version = _published(stack, business, document, source=source, by=name, note=why)
    if version is None:
        show.line(f"{business} follows this policy already; nothing was published.")
        return
    _tell(business, version)
    show.say(
        f"Going back is one command: heard policy rollback --business {business} --by "
        f"{_quoted(name)}"
    )


@on_stack
def list_versions(
    stack: Stack,
    business: Annotated[str, typer.Option(help="Whose.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """List the versions of a business's policy, newest first."""
    followed = stack.business(business)
    versions = policies(stack).versions(business)
    if as_json:
        show.data(
            [
                _told(each) | {"followed": each.number == followed.policy_version}
                for each in versions
            ]
        )
        return
    rows = [
        (
            each.number,
            "followed" if each.number == followed.policy_version else "",
            show.at(stamp(each.at)),
            each.by,
            each.hash[:12],
            each.note,
        )
        for each in versions
    ]
    what = (
        "its own policy, which was never published" if followed.policy else "the playbook's policy"
    )
    show.table(
        ("version", "", "published", "by", "hash", "note"),
        rows,
        empty=f"{business} has published none; it follows {what}.",
    )


@on_stack
def show_version(
    stack: Stack,
    reference: Annotated[
        str,
        typer.Argument(
            metavar="[VERSION]", help="Its number or hash, published, or default (the playbook's)."
        ),
    ] = PUBLISHED,
    business: Annotated[str | None, typer.Option(help="Whose.")] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="The document that is executed, and all about the version, as JSON."
        ),
    ] = False,
) -> None:
    """Show a policy as it was written; what nobody wrote is shown as the JSON that is executed."""
    found = chosen(reference, stack, business)
    version = found.version
    if as_json:
        about = _told(version) if version else {"version": None, "hash": found.policy.hash}
        show.data({**about, "name": found.policy.name, "document": dict(found.document)})
        return
    show.say(
        f"{found.label}, {found.policy.hash[:12]}"
        + (f", published {show.at(stamp(version.at))} by {version.by}" if version else "")
    )
    # To a file or a pipe it must come as it was written.
    written = version.source if version else ""
    typer.echo(
        show.printable(
            written or json.dumps(dict(found.document), indent=2, ensure_ascii=False)
        ).removesuffix("\n")
    )


@on_stack
def rollback(
    stack: Stack,
    business: Annotated[str, typer.Option(help="Whose.")],
    by: Annotated[str, typer.Option(help="Who goes back: it stands in the list of versions.")],
    reference: Annotated[
        str | None,
        typer.Argument(
            metavar="[VERSION]",
            help="Its number or hash; the last one that said something else if not said.",
        ),
    ] = None,
    note: Annotated[str, typer.Option(help="Why, for whoever reads the list.")] = "",
) -> None:
    """Go back to an earlier version, by publishing it again as a new one."""
    followed = stack.business(business)
    name, why = _said(by, "--by", 80), _said(note, "--note", 300, needed=False)
    wanted = (
        _version(reference, stack, business)
        if reference
        else _last_other(stack, business, followed.policy_version)
    )
    if wrong := [problem for problem in problems(wanted.document) if problem.severity == "error"]:
        told = "\n".join(f"{problem}" for problem in wrong)
        raise Stop(
            f"Version {wanted.number} is no policy that could be followed.\n{told}",
            "Mend it and publish it; nothing was changed.",
        )
    told = f"back to version {wanted.number}" + (f": {why}" if why else "")
    version = _published(stack, business, wanted.document, source=wanted.source, by=name, note=told)
    if version is None:
        show.line(
            f"{business} follows the policy of version {wanted.number} already; nothing was "
            "published."
        )
        return
    _tell(business, version)


def chosen(reference: str, stack: Stack, business: str | None) -> Chosen:
    """The policy that somebody named. Raises Stop, BadParameter, BadRequest.

    A file goes before a number or a hash of the same name.
    """
    if reference == DEFAULT:
        return _chosen({}, "the playbook")
    path = Path(reference)
    if reference != PUBLISHED and path.is_file():
        return _chosen(checked(path)[1], path.name)
    if not (reference == PUBLISHED or _NUMBER.fullmatch(reference) or _HASH.fullmatch(reference)):
        raise typer.BadParameter(
            f"there is no file {reference}; or say default, published, or a version's number or "
            "hash."
        )
    if business is None:
        raise typer.BadParameter(f"say whose {reference} you mean.", param_hint="--business")
    if reference == PUBLISHED:
        followed = stack.business(business)
        if (
            version := policies(stack).version(business, followed.policy_version)
            if followed.policy_version
            else None
        ):
            return _chosen(version.document, f"{business} version {version.number}", version)
        return _chosen(
            followed.policy,
            f"{business}'s own policy"
            if followed.policy
            else f"the playbook, which {business} follows",
        )
    version = _version(reference, stack, business)
    return _chosen(version.document, f"{business} version {version.number}", version)


def _chosen(document: Mapping[str, Any], label: str, version: Version | None = None) -> Chosen:
    return Chosen(load_policy(document), complete(document), label, version)


def _version(reference: str, stack: Stack, business: str) -> Version:
    """A version by number or hash. Raises Stop."""
    stack.business(business)
    found: list[Version] = []
    number, versions = _NUMBER.fullmatch(reference), policies(stack)
    if number and (version := versions.version(business, int(number[1]))):
        return version
    if _HASH.fullmatch(reference):
        found = [each for each in versions.versions(business) if each.hash.startswith(reference)]
    if len({each.hash for each in found}) == 1:
        return found[0]
    wrong = (
        f"{business} has no version {reference}."
        if not found
        else f"Several versions of {business} have a hash that begins with {reference}."
    )
    raise Stop(wrong, f"Its versions: heard policy list --business {business}")


def _last_other(stack: Stack, business: str, followed: int) -> Version:
    """The newest version before the one that is followed that says something else. Raises Stop."""
    versions = policies(stack).versions(business)
    current = next((each for each in versions if each.number == followed), None)
    if current:
        for version in versions:
            if version.number < current.number and version.hash != current.hash:
                return version
    raise Stop(
        f"{business} has no earlier version to go back to.",
        f"Its versions: heard policy list --business {business}",
    )


def _published(
    stack: Stack, business: str, document: Any, *, source: str, by: str, note: str
) -> Version | None:
    try:
        return policies(stack).publish(
            business, document, source=source, by=by, note=note, now=clock.now()
        )
    except Conflict as overtaken:
        raise Stop(
            overtaken.detail, f"See what it says: heard policy show --business {business}"
        ) from overtaken
    except BadRequest as unfit:
        raise Stop(
            f"This policy is not taken: {unfit.detail}",
            "Nothing was published; the policy that was followed still is.",
        ) from unfit


def _tell(business: str, version: Version) -> None:
    show.line(f"{business} follows version {version.number} ({version.hash[:12]}) from now on.")


def _told(version: Version) -> dict[str, Any]:
    return {
        "version": version.number,
        "hash": version.hash,
        "at": stamp(version.at),
        "by": version.by,
        "note": version.note,
    }


def _said(text: str, option: str, most: int, *, needed: bool = True) -> str:
    said = " ".join(text.split())
    if (needed and not said) or len(said) > most or not said.isprintable():
        raise typer.BadParameter(f"write 1 to {most} characters on one line", param_hint=option)
    return said


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text
