"""The simulated phone's two cameras, of which one is open: what they can, and how they stand."""

from __future__ import annotations

from msgspec.structs import replace

from media.simulator.lens import ZOOMS, Facing, Shot

FACINGS: tuple[Facing, ...] = ("environment", "user")


class Camera:
    """As on most phones, the back camera alone has a torch and a zoom."""

    def __init__(self) -> None:
        self.shot = Shot()
        self.open = False

    @property
    def has_torch(self) -> bool:
        return self.open and self.shot.facing == "environment"

    @property
    def zoom_range(self) -> tuple[float, float, float] | None:
        """(lowest, highest, step)"""
        return (ZOOMS[0], ZOOMS[-1], 1) if self.has_torch else None

    def flip(self, facing: Facing) -> None:
        """The other lens starts as it always does: torch out, not zoomed."""
        self.shot = Shot(facing)

    def torch(self, lit: bool) -> None:
        self.shot = replace(self.shot, lit=lit)

    def zoom(self, value: float) -> None:
        """To the nearest step."""
        self.shot = replace(self.shot, zoom=min(ZOOMS, key=lambda step: abs(step - value)))
