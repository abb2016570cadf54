"""`heard policy publish`, `list`, `show` and `rollback`: the published policies of a business.

It also owns how the command line names a policy (`resolve_policy`): a file, `default`, `published`,
a version's number or hash.
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
from heard.clock import format_time
from heard.errors import BadRequest, ConflictError
from heard.policy import Policy, complete_document, load_policy
from heard.policy.check import find_problems
from heard.storage.policies import Policies, PolicyVersion
from heard_cli import options, show
from heard_cli.policy.check import read_valid_policy
from heard_cli.stack import CommandError, Stack, on_stack

DEFAULT: Final = "default"
PUBLISHED: Final = "published"
_NUMBER: Final = re.compile(r"v?([0-9]{1,8})")
_HASH: Final = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True, slots=True)
class ResolvedPolicy:
    """A policy that an argument names, its complete document, and its name in results."""

    policy: Policy
    document: Mapping[str, Any]
    label: str
    version: PolicyVersion | None = None


def policy_store(stack: Stack) -> Policies:
    """The published policies of a stack."""
    return Policies(stack.dynamodb, stack.outputs["SetupTableName"])


@on_stack
def publish(
    stack: Stack,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The policy, a YAML or JSON file.")
    ],
    business: Annotated[str, options.BUSINESS],
    by: Annotated[
        str, typer.Option(help="Name of the person who publishes it, for the list of versions.")
    ],
    note: Annotated[str, typer.Option(help="Reason, for the list of versions.")] = "",
) -> None:
    """Publish a policy as the new active version of a business.

    A policy with errors is refused, and the old one stays active.
    """
    stack.business(business)
    name, reason = _check_text(by, "--by", 80), _check_text(note, "--note", 300, required=False)
    source, document = read_valid_policy(file)
    version = _publish_version(stack, business, document, source=source, by=name, note=reason)
    if version is None:
        show.line(f"{business} already uses this policy; nothing was published.")
        return
    _print_active(business, version)
    undo = stack.options.command_line(
        f"policy rollback --business {business} --by {_shell_quoted(name)}"
    )
    show.note(f"To undo this: {undo}")


@on_stack
def list_versions(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    as_json: Annotated[bool, options.JSON] = False,
) -> None:
    """List the versions of a business's policy, newest first."""
    owner = stack.business(business)
    versions = policy_store(stack).versions(business)
    if as_json:
        show.data(
            [
                _version_json(version) | {"active": version.number == owner.policy_version}
                for version in versions
            ]
        )
        return
    rows = [
        (
            version.number,
            "active" if version.number == owner.policy_version else "",
            show.timestamp(format_time(version.at)),
            version.published_by,
            version.hash[:12],
            version.note,
        )
        for version in versions
    ]
    current = (
        "a policy of its own that was never published" if owner.policy else "the playbook's policy"
    )
    show.table(
        ("version", "state", "published", "by", "hash", "note"),
        rows,
        empty=f"{business} has published no policy; it uses {current}.",
    )


@on_stack
def show_version(
    stack: Stack,
    reference: Annotated[
        str,
        typer.Argument(
            metavar="[VERSION]",
            help=(
                "A version number or hash, published (the active version), or default (the "
                "playbook)."
            ),
        ),
    ] = PUBLISHED,
    business: Annotated[str | None, options.BUSINESS] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="The compiled policy and the version's data, as JSON."),
    ] = False,
) -> None:
    """Show a policy in its original text, or as compiled JSON if there is no original text."""
    resolved_policy = resolve_policy(reference, stack, business)
    version = resolved_policy.version
    if as_json:
        fields = (
            _version_json(version)
            if version
            else {"version": None, "hash": resolved_policy.policy.hash}
        )
        show.data(
            {
                **fields,
                "name": resolved_policy.policy.name,
                "document": dict(resolved_policy.document),
            }
        )
        return
    show.note(
        f"{resolved_policy.label}, {resolved_policy.policy.hash[:12]}"
        + (
            f", published {show.timestamp(format_time(version.at))} by {version.published_by}"
            if version
            else ""
        )
    )
    # A file or a pipe must get it exactly as it was written.
    source = version.source if version else ""
    typer.echo(
        show.printable(
            source or json.dumps(dict(resolved_policy.document), indent=2, ensure_ascii=False)
        ).removesuffix("\n")
    )


@on_stack
def rollback(
    stack: Stack,
    business: Annotated[str, options.BUSINESS],
    by: Annotated[
        str, typer.Option(help="Name of the person who rolls back, for the list of versions.")
    ],
    reference: Annotated[
        str | None,
        typer.Argument(
            metavar="[VERSION]",
            help="A version number or hash. Default: the last version with another content.",
        ),
    ] = None,
    note: Annotated[str, typer.Option(help="Reason, for the list of versions.")] = "",
) -> None:
    """Roll back to an earlier version by publishing it again as a new version."""
    owner = stack.business(business)
    name, reason = _check_text(by, "--by", 80), _check_text(note, "--note", 300, required=False)
    target = (
        _find_version(reference, stack, business)
        if reference
        else _previous_version(stack, business, owner.policy_version)
    )
    if errors := [
        problem for problem in find_problems(target.document) if problem.severity == "error"
    ]:
        message = "\n".join(f"{problem}" for problem in errors)
        raise CommandError(
            f"Version {target.number} is not a valid policy any more.\n{message}",
            "Fix it and publish it. Nothing was changed.",
        )
    message = f"back to version {target.number}" + (f": {reason}" if reason else "")
    version = _publish_version(
        stack, business, target.document, source=target.source, by=name, note=message
    )
    if version is None:
        show.line(
            f"{business} already uses the policy of version {target.number}; nothing was published."
        )
        return
    _print_active(business, version)


def resolve_policy(reference: str, stack: Stack, business: str | None) -> ResolvedPolicy:
    """The policy that an argument names. A file wins over a number or a hash of the same name.

    Raises CommandError, BadParameter, BadRequest.
    """
    if reference == DEFAULT:
        return _make_resolved_policy({}, "the playbook")
    path = Path(reference)
    if reference != PUBLISHED and path.is_file():
        return _make_resolved_policy(read_valid_policy(path)[1], path.name)
    if not (reference == PUBLISHED or _NUMBER.fullmatch(reference) or _HASH.fullmatch(reference)):
        raise typer.BadParameter(
            f"there is no file {reference}. Other values: default, published, a version's "
            "number or hash."
        )
    if business is None:
        raise typer.BadParameter(f"give --business to find {reference}.", param_hint="--business")
    if reference == PUBLISHED:
        owner = stack.business(business)
        if (
            version := policy_store(stack).version(business, owner.policy_version)
            if owner.policy_version
            else None
        ):
            return _make_resolved_policy(
                version.document, f"{business} version {version.number}", version
            )
        return _make_resolved_policy(
            owner.policy,
            f"{business}'s own policy" if owner.policy else f"the playbook, which {business} uses",
        )
    version = _find_version(reference, stack, business)
    return _make_resolved_policy(version.document, f"{business} version {version.number}", version)


def _make_resolved_policy(
    document: Mapping[str, Any], label: str, version: PolicyVersion | None = None
) -> ResolvedPolicy:
    return ResolvedPolicy(load_policy(document), complete_document(document), label, version)


def _find_version(reference: str, stack: Stack, business: str) -> PolicyVersion:
    """A version by number or hash. Raises CommandError."""
    stack.business(business)
    matches: list[PolicyVersion] = []
    number, versions = _NUMBER.fullmatch(reference), policy_store(stack)
    if number and (version := versions.version(business, int(number[1]))):
        return version
    if _HASH.fullmatch(reference):
        matches = [
            version for version in versions.versions(business) if version.hash.startswith(reference)
        ]
    if len({version.hash for version in matches}) == 1:
        return matches[0]
    message = (
        f"{business} has no version {reference}."
        if not matches
        else f"Several versions of {business} have a hash that begins with {reference}."
    )
    raise CommandError(message, "List its versions:", f"policy list --business {business}")


def _previous_version(stack: Stack, business: str, current_number: int) -> PolicyVersion:
    """The newest version before the active one with another content. Raises CommandError."""
    versions = policy_store(stack).versions(business)
    current = next((version for version in versions if version.number == current_number), None)
    if current:
        for version in versions:
            if version.number < current.number and version.hash != current.hash:
                return version
    raise CommandError(
        f"{business} has no earlier version to go back to.",
        "List its versions:",
        f"policy list --business {business}",
    )


def _publish_version(
    stack: Stack, business: str, document: Any, *, source: str, by: str, note: str
) -> PolicyVersion | None:
    try:
        return policy_store(stack).publish(
            business, document, source=source, published_by=by, note=note, now=clock.now()
        )
    except ConflictError as conflict:
        raise CommandError(
            conflict.detail, "See the active policy:", f"policy show --business {business}"
        ) from conflict
    except BadRequest as bad_request:
        raise CommandError(
            f"This policy was refused: {bad_request.detail}",
            "Nothing was published. The current policy stays active.",
        ) from bad_request


def _print_active(business: str, version: PolicyVersion) -> None:
    show.line(f"{business} now uses version {version.number} ({version.hash[:12]}).")


def _version_json(version: PolicyVersion) -> dict[str, Any]:
    return {
        "version": version.number,
        "hash": version.hash,
        "at": format_time(version.at),
        "by": version.published_by,
        "note": version.note,
    }


def _check_text(text: str, option: str, max_length: int, *, required: bool = True) -> str:
    cleaned_text = " ".join(text.split())
    if (
        (required and not cleaned_text)
        or len(cleaned_text) > max_length
        or not cleaned_text.isprintable()
    ):
        length = f"1 to {max_length}" if required else f"at most {max_length}"
        raise typer.BadParameter(f"write {length} characters on one line.", param_hint=option)
    return cleaned_text


def _shell_quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text
