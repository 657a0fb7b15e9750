"""What a form sends."""

from __future__ import annotations

from starlette.requests import Request


async def fields(request: Request, *names: str) -> tuple[str, ...]:
    """The values of these fields, "" for one that is missing or is a file."""
    async with request.form(max_files=0, max_fields=20) as form:
        return tuple(str(form.get(name, "")) for name in names)
