"""The template as data: `!Ref X` becomes `{"Ref": "X"}`, the others `{"Fn::...": ...}`."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import yaml

from tests.static.repository import ROOT


class _CloudFormationLoader(yaml.SafeLoader):
    """SafeLoader with CloudFormation's short tags. Dates stay texts."""


def _read_short_form(loader: _CloudFormationLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag in {"Ref", "Condition"} else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if tag == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_CloudFormationLoader.add_multi_constructor("!", _read_short_form)
_CloudFormationLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str) -> dict[str, Any]:
    """One CloudFormation template."""
    return yaml.load(text, _CloudFormationLoader)


@functools.cache
def template() -> dict[str, Any]:
    """template.yaml."""
    return parse((ROOT / "template.yaml").read_text())


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of one type, by logical id, with what `Globals` adds to
    them.
    """
    shared = (
        template().get("Globals", {}).get(kind.removeprefix("AWS::Serverless::"), {})
        if kind.startswith("AWS::Serverless::")
        else {}
    )
    return {
        name: _merge_globals(shared, resource.get("Properties", {}))
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def _merge_globals(shared: Any, properties: Any) -> Any:
    if isinstance(shared, dict) and isinstance(properties, dict):
        return {
            key: _merge_globals(shared.get(key), properties.get(key))
            for key in [*shared, *(key for key in properties if key not in shared)]
        }
    if isinstance(shared, list) and isinstance(properties, list):
        return [*shared, *properties]
    return shared if properties is None else properties


def walk(node: Any) -> Iterator[Any]:
    """Every value in a tree of dicts and lists, the tree itself first."""
    yield node
    for child in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from walk(child)


def mentions(node: Any, logical_id: str) -> bool:
    """Whether something in this tree refers to a resource, by Ref, GetAtt or inside a Sub."""
    for value in walk(node):
        match value:
            case {"Ref": str(name)} if name == logical_id:
                return True
            case {"Fn::GetAtt": [str(name), *_]} if name == logical_id:
                return True
            case {"Fn::Sub": str(text) | [str(text), *_]} if (
                f"${{{logical_id}}}" in text or f"${{{logical_id}." in text
            ):
                return True
            case _:
                pass
    return False


def as_list(value: Any) -> list[Any]:
    """What IAM lets one write as one thing or as a list, as a list."""
    return value if isinstance(value, list) else [value]


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every policy statement in the template, with the logical id of the resource that holds it."""
    for name, resource in template()["Resources"].items():
        for node in walk(resource.get("Properties", {})):
            if (
                isinstance(node, dict)
                and "Effect" in node
                and ("Action" in node or "NotAction" in node)
            ):
                yield name, node


def policy_templates(properties: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """SAM policy templates (such as `DynamoDBReadPolicy`) of a function or state machine."""
    for policy in as_list(properties.get("Policies", [])):
        if isinstance(policy, dict) and not {"Statement", "Effect"} & policy.keys():
            yield from policy.items()
