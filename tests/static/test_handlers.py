"""What every handler does, whatever it is for."""

from __future__ import annotations

import ast
import re

import pytest

from tests.static.repository import FUNCTIONS, HANDLERS, LIBRARY

CONTEXT = "logger.inject_lambda_context(clear_state=True)"
WITHOUT_METRICS = {"feedback_page", "follow_up"}
"""What they would count is counted already: by desk and reply, and by Step Functions."""


def decorators_of(path_source: str, name: str = "handler") -> list[str]:
    """The decorators of `handler`, the outermost first. Empty if it is no function."""
    for node in ast.walk(ast.parse(path_source)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return [ast.unparse(decorator) for decorator in node.decorator_list]
    return []


def handler_source(function: str) -> str:
    """Where a function's handler is defined: in its own file, or for the APIs in `heard.http`."""
    source = (FUNCTIONS / function / "app.py").read_text()
    if "handler = lambda_handler(app, logger, metrics)" in source:
        return (LIBRARY / "http" / "api.py").read_text()
    return source


@pytest.mark.parametrize("function", HANDLERS)
def test_every_line_of_a_handler_has_the_context_and_no_key_of_an_earlier_call(
    function: str,
) -> None:
    """The context has the id of the call, and whether the function started cold."""
    assert decorators_of(handler_source(function))[0] == CONTEXT


@pytest.mark.parametrize("function", [name for name in HANDLERS if name not in WITHOUT_METRICS])
def test_a_handler_emits_its_metrics_as_log_lines(function: str) -> None:
    """Where `handler` also takes pings, which count nothing, it is `respond` that counts."""
    source = handler_source(function)
    respond = re.search(r"return (_?respond)\(event, context\)", source)

    assert "metrics.log_metrics" in decorators_of(source, respond[1] if respond else "handler")


@pytest.mark.parametrize("function", HANDLERS)
def test_a_handler_logs_as_the_service_of_its_folder(function: str) -> None:
    source = (FUNCTIONS / function / "app.py").read_text()

    assert f'Logger(service="{function}")' in source
    assert 'service="' not in source.replace(f'service="{function}"', "")
