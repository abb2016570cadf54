"""Starts MiniStack with one gap closed: a task that waits for a token may compute its `TimeoutSeconds`, as on AWS.

Step Functions evaluates JSONata in `TimeoutSeconds` (docs.aws.amazon.com/step-functions, "Task state fields"); MiniStack 1.5.33
takes the expression for the number and fails the execution. The template is right, so the emulator is mended, and only here.
A version that does it itself is left alone, because then the value arrives as a number.
"""

from __future__ import annotations

from typing import Any, cast


def main() -> None:
    """Run the emulator until it is told to stop."""
    from ministack.app import main as serve  # noqa: PLC0415 - reads its settings from the environment when it is imported
    from ministack.services import stepfunctions  # noqa: PLC0415

    services = cast("Any", stepfunctions)
    task = services._execute_task

    def with_computed_timeout(state: dict[str, Any], given: Any, execution: Any, context: Any) -> Any:
        if isinstance(state.get("TimeoutSeconds"), str):
            seconds = services._jsonata_state_field(state, "TimeoutSeconds", "number", given, context)
            state = {**state, "TimeoutSeconds": seconds}
        return task(state, given, execution, context)

    services._execute_task = with_computed_timeout
    serve()


if __name__ == "__main__":
    main()
