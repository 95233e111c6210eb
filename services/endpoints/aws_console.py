"""Addresses of an endpoint's parts in AWS's own console, in every partition that has one a browser reaches."""

from __future__ import annotations

from urllib.parse import quote

from services.endpoints.models import EndpointDetail

# AWS General Reference, "Service endpoints": the console's address by partition (as of 2026-11-20).
_CONSOLES = {
    "aws": "https://{region}.console.aws.amazon.com",
    "aws-cn": "https://console.amazonaws.cn",
    "aws-us-gov": "https://console.amazonaws-us-gov.com",
}
_LOG_GROUP = "/aws/sagemaker/Endpoints/{name}"


def aws_links(detail: EndpointDetail) -> tuple[tuple[str, str], ...]:
    """(what, address) of the endpoint, its configuration, model, logs and metrics; () where AWS has no console."""
    parts = detail.arn.split(":")
    partition, region = (parts[1], parts[3]) if len(parts) > 5 else ("", "")
    if partition not in _CONSOLES or not region:
        return ()
    base = _CONSOLES[partition].format(region=region)
    sagemaker = f"{base}/sagemaker/home?region={region}#"
    watch = f"{base}/cloudwatch/home?region={region}#"
    group = quote(quote(_LOG_GROUP.format(name=detail.name), safe=""), safe="").replace("%25", "$25")
    found = [
        ("Endpoint", f"{sagemaker}/endpoints/{quote(detail.name)}"),
        ("Configuration", f"{sagemaker}/endpointConfig/{quote(detail.config_name)}" if detail.config_name else ""),
        *((f"Model {model.name}", f"{sagemaker}/models/{quote(model.name)}") for model in detail.models),
        ("Logs", f"{watch}logsV2:log-groups/log-group/{group}"),
        ("Metrics", f"{watch}metricsV2?graph=~()&query=~'{quote(detail.name)}"),
    ]
    return tuple((what, url) for what, url in found if url)
