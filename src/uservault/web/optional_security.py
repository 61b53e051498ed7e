"""Declares in the document where a credential may be sent, but need not be."""

from typing import Any

OPTIONAL = "Optional"  # begins the name of a scheme that stands for the rest of the name


def declare_optional(document: dict[str, Any]) -> None:
    """Replace the schemes so named by the choice between none and the real one."""
    schemes = document["components"]["securitySchemes"]
    for name in [name for name in schemes if name.startswith(OPTIONAL)]:
        schemes.setdefault(name.removeprefix(OPTIONAL), schemes.pop(name))
    for operations in document["paths"].values():
        for operation in operations.values():
            if "security" in operation:
                operation["security"] = _choices(operation["security"])


def needs_credential(operation: dict[str, Any]) -> bool:
    return "security" in operation and {} not in operation["security"]


def _choices(security: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not any(name.startswith(OPTIONAL) for each in security for name in each):
        return security
    real = [{name.removeprefix(OPTIONAL): of for name, of in each.items()} for each in security]
    return [{}, *real]
