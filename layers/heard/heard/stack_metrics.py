"""What the functions count. Each count names its stack, because an account can have several."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aws_lambda_powertools import Metrics

if TYPE_CHECKING:
    from aws_lambda_powertools.metrics import MetricResolution, MetricUnit


class StackMetrics(Metrics):
    """The counts of one function, in the namespace `Heard`, by `service` and `stack`.

    The stack's name is read when something is counted, since modules are imported without settings.
    """

    def __init__(self, service: str) -> None:
        super().__init__(namespace="Heard", service=service)

    def add_metric(
        self,
        name: str,
        unit: MetricUnit | str,
        value: float,
        resolution: MetricResolution | int = 60,
    ) -> None:
        """Count something. Raises KeyError if the template does not say which stack this is."""
        self.add_dimension("stack", os.environ["STACK"])
        super().add_metric(name, unit, value, resolution)
