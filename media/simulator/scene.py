"""What the simulated phone films, drawn here: its back camera a person lying in a living room, its front
camera the caller's face. Nobody was filmed, and nothing needs a licence.

Everything that moves is back where it began after `SECONDS`, so that the film can be played in a loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import cos, pi, sin, tau

from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT, RATE = 1280, 720, 30
SECONDS = 10
FRAMES = SECONDS * RATE
BREATHS = 3  # a loop: 18 a minute
TREMBLE = 12  # pixels by which the hand that holds the phone goes astray at most
_FINE = 2  # Pillow draws jagged edges: drawn larger, they become smooth
_WIDE, _HIGH = WIDTH + 2 * TREMBLE, HEIGHT + 2 * TREMBLE

Box = tuple[float, float, float, float]
Colour = tuple[int, int, int]

_SKIN, _SHADE, _HAIR, _LIPS = (214, 164, 136), (188, 134, 108), (62, 44, 36), (164, 92, 84)
_PERSON = (90.0, -36.0)  # what lies there: its chest in the middle, where one zooms
_SHIRT, _FOLD, _TROUSERS, _SHOES = (58, 116, 130), (44, 94, 108), (48, 54, 72), (34, 30, 32)


def frames(facing: str) -> Iterator[Image.Image]:
    """One loop of the camera `environment` or `user`: RGB pictures of WIDTH by HEIGHT."""
    background, moving = (_room(), _patient) if facing == "environment" else (_hall(), _caller)
    for number in range(FRAMES):
        phase = number / FRAMES
        picture = background.copy()
        moving(picture, phase)
        yield _hand_held(picture, phase)


def _hand_held(picture: Image.Image, phase: float) -> Image.Image:
    x = round(TREMBLE * (1 + 0.7 * sin(tau * 2 * phase) + 0.3 * sin(tau * 13 * phase)))
    y = round(TREMBLE * (1 + 0.7 * cos(tau * 3 * phase) + 0.3 * cos(tau * 11 * phase)))
    return picture.crop((x, y, x + WIDTH, y + HEIGHT))


class _Pen:
    """Draws on a part of a picture, in the picture's own coordinates, with smooth edges."""

    def __init__(self, picture: Image.Image, part: tuple[int, int, int, int]) -> None:
        self._picture = picture
        self._part = part
        self.origin = (0.0, 0.0)  # where what is drawn next has its 0, 0
        left, top, right, bottom = part
        size = ((right - left) * _FINE, (bottom - top) * _FINE)
        self._fine = picture.crop(part).resize(size, Image.Resampling.NEAREST)
        self._draw = ImageDraw.Draw(self._fine)

    def __enter__(self) -> _Pen:
        return self

    def __exit__(self, *_: object) -> None:
        self._picture.paste(self._fine.reduce(_FINE), self._part[:2])

    def box(self, box: Box, colour: Colour, radius: float = 0) -> None:
        self._draw.rounded_rectangle(self._scaled(box), radius * _FINE, colour)

    def oval(self, box: Box, colour: Colour) -> None:
        self._draw.ellipse(self._scaled(box), colour)

    def shape(self, points: list[tuple[float, float]], colour: Colour) -> None:
        self._draw.polygon([self._point(*point) for point in points], colour)

    def line(self, points: list[tuple[float, float]], colour: Colour, width: float) -> None:
        """With round ends."""
        self._draw.line([self._point(*point) for point in points], colour, round(width * _FINE), "curve")
        for x, y in points:
            self.oval((x - width / 2, y - width / 2, x + width / 2, y + width / 2), colour)

    def arc(self, box: Box, start: float, end: float, colour: Colour, width: float) -> None:
        """From `start` to `end` in degrees, clockwise from three o'clock."""
        self._draw.arc(self._scaled(box), start, end, colour, round(width * _FINE))

    def text(self, x: float, y: float, words: str, colour: Colour, size: int) -> None:
        """Its middle is at x, y."""
        self._draw.text(self._point(x, y), words, colour, font(size * _FINE), "mm")

    def _point(self, x: float, y: float) -> tuple[float, float]:
        (left, top, *_), (across, down) = self._part, self.origin
        return (x + across - left) * _FINE, (y + down - top) * _FINE

    def _scaled(self, box: Box) -> Box:
        left, top, right, bottom = box
        return (*self._point(left, top), *self._point(right, bottom))


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The one inside Pillow (Aileron, CC0): the machine needs none."""
    return ImageFont.load_default(size)


def _whole() -> tuple[int, int, int, int]:
    return 0, 0, _WIDE, _HIGH


# ---------------------------------------------------------------- the back camera
@cache
def _room() -> Image.Image:
    """A living room in the evening, all that does not move in it."""
    picture = Image.new("RGB", (_WIDE, _HIGH), (118, 102, 86))
    with _Pen(picture, _whole()) as pen:
        _wall(pen)
        _floor(pen)
        _sofa(pen)
        pen.origin = _PERSON
        _rug(pen)
        _medicine(pen)
        _lying(pen)
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def _wall(pen: _Pen) -> None:
    pen.box((0, 190, _WIDE, 204), (92, 78, 66))
    pen.box((96, -20, 330, 130), (84, 70, 60), 4)  # window
    pen.box((106, -20, 320, 120), (34, 44, 72))
    for x, y in ((140, 40), (190, 20), (255, 70), (290, 30), (165, 96)):
        pen.oval((x, y, x + 3, y + 3), (200, 204, 220))
    pen.box((209, -20, 217, 120), (84, 70, 60))
    pen.shape([(80, -10), (128, -10), (104, 150), (66, 170)], (112, 58, 52))
    pen.shape([(298, -10), (346, -10), (360, 170), (322, 150)], (112, 58, 52))
    pen.oval((1058, 24, 1162, 128), (60, 52, 46))  # clock
    pen.oval((1066, 32, 1154, 120), (206, 200, 186))
    for hour in range(12):
        across, down = 1110 + 36 * sin(tau * hour / 12), 76 - 36 * cos(tau * hour / 12)
        pen.oval((across - 2, down - 2, across + 2, down + 2), (60, 52, 46))
    pen.line([(1110, 76), (1092, 64)], (40, 34, 30), 5)
    pen.line([(1110, 76), (1120, 48)], (40, 34, 30), 3)
    pen.box((1230, 60, 1236, 190), (70, 60, 52))  # lamp
    pen.shape([(1196, 0), (1270, 0), (1290, 68), (1176, 68)], (226, 190, 128))


def _floor(pen: _Pen) -> None:
    pen.box((0, 204, _WIDE, _HIGH), (104, 76, 54))
    for row, y in enumerate((204, 236, 276, 328, 392, 472, 560, 662)):
        pen.box((0, y, _WIDE, y + 2), (84, 60, 42))
        for x in range(-120 + row * 90, _WIDE, 380):
            pen.box((x, y, x + 2, y + 30 + row * 10), (84, 60, 42))


def _rug(pen: _Pen) -> None:
    pen.oval((90, 290, 1120, 660), (96, 88, 96))
    pen.oval((118, 304, 1092, 646), (112, 104, 110))


def _sofa(pen: _Pen) -> None:
    pen.box((430, 54, 990, 212), (74, 82, 66), 26)
    pen.box((400, 102, 470, 244), (66, 74, 60), 22)
    pen.box((950, 102, 1020, 244), (66, 74, 60), 22)
    pen.box((452, 136, 968, 236), (86, 94, 76), 16)
    pen.box((708, 138, 712, 234), (66, 74, 60))
    pen.shape([(850, 72), (930, 86), (914, 158), (838, 142)], (146, 112, 62))


def _medicine(pen: _Pen) -> None:
    """Hard to read without zoom: something to look for."""
    pen.shape([(740, 510), (826, 500), (832, 540), (746, 550)], (190, 190, 184))
    pen.shape([(740, 510), (826, 500), (828, 512), (742, 522)], (148, 54, 50))
    pen.text(787, 531, "PARACETAMOL 1 g", (46, 50, 70), 9)
    for x in (860, 882, 896):
        pen.oval((x, 540, x + 12, 548), (206, 202, 196))


def _lying(pen: _Pen) -> None:
    """The person, but for the chest."""
    pen.box((226, 346, 384, 426), (160, 150, 132), 30)  # cushion
    pen.line([(640, 420), (800, 412), (930, 426)], _TROUSERS, 62)
    pen.line([(640, 450), (810, 456), (946, 460)], (54, 60, 80), 60)
    pen.box((930, 380, 986, 460), _SHOES, 22)
    pen.box((950, 420, 1004, 492), (44, 40, 42), 22)
    pen.oval((262, 324, 374, 436), _HAIR)
    pen.oval((274, 334, 380, 432), _SKIN)
    pen.shape([(286, 330), (330, 324), (320, 346), (288, 380)], _HAIR)
    for y in (362, 400):
        pen.arc((314, y - 8, 336, y + 8), 250, 470, _SHADE, 4)  # closed eyes, head to the left
    pen.oval((336, 374, 356, 390), _SHADE)
    pen.line([(364, 374), (364, 390)], _LIPS, 4)
    pen.box((372, 360, 420, 408), _SKIN, 10)


def _patient(picture: Image.Image, phase: float) -> None:
    """The chest rises and falls, the hand on it with it; fingers of the other hand move at times."""
    rise = 13 * (1 - cos(tau * BREATHS * phase))
    with _Pen(picture, (470, 260, 810, 510)) as pen:
        pen.origin = _PERSON
        pen.shape([(408, 346), (660, 384), (664, 484), (410, 432)], _SHIRT)
        pen.oval((404, 336 - rise, 668, 486), _SHIRT)
        pen.arc((430, 360 - rise, 640, 500), 200, 330, _FOLD, 5)
        pen.line([(440, 364 - rise / 2), (520, 346 - rise), (574, 370 - rise)], (66, 128, 142), 40)
        pen.oval((558, 350 - rise, 604, 388 - rise), _SKIN)
        pen.line([(430, 436), (500, 488), (596, 500)], _FOLD, 40)
        twitch = 6 * max(0.0, sin(tau * 4 * phase)) * (phase > 0.5)
        pen.line([(604, 502), (640, 504)], _SKIN, 30)
        pen.line([(640, 500), (666, 500 - twitch)], _SKIN, 9)
        pen.line([(640, 510), (668, 514 - twitch)], _SKIN, 9)


# ---------------------------------------------------------------- the front camera
@cache
def _hall() -> Image.Image:
    picture = Image.new("RGB", (_WIDE, _HIGH), (96, 124, 162))
    with _Pen(picture, _whole()) as pen:
        pen.box((0, 0, 300, _HIGH), (82, 108, 146))
        pen.box((930, 60, 1210, _HIGH), (140, 156, 178), 6)  # door
        pen.box((960, 96, 1180, 360), (124, 142, 166), 4)
        pen.box((960, 400, 1180, 720), (124, 142, 166), 4)
        pen.oval((952, 380, 972, 400), (190, 170, 110))
        pen.box((70, 110, 230, 330), (60, 80, 110), 6)
        pen.shape([(84, 316), (140, 200), (216, 316)], (90, 132, 110))
    return picture.filter(ImageFilter.GaussianBlur(3))


def _caller(picture: Image.Image, phase: float) -> None:
    """Nods a little, blinks, speaks."""
    x, y = 652 + 10 * sin(tau * phase), 360 + 8 * cos(tau * 2 * phase)
    with _Pen(picture, (300, 40, 1010, _HIGH)) as pen:
        pen.box((380, 610, 930, 860), (122, 70, 92), 120)
        pen.box((x - 62, y + 150, x + 62, y + 300), _SHADE, 40)
        pen.oval((x - 190, y - 260, x + 190, y + 190), _HAIR)
        pen.oval((x - 158, y - 206, x + 158, y + 236), _SKIN)
        fringe = [(-158, -50), (-140, -150), (-70, -225), (70, -225), (140, -150), (158, -50), (20, -140)]
        pen.shape([(x + across, y + down) for across, down in fringe], _HAIR)
        _features(pen, x, y, phase)


def _features(pen: _Pen, x: float, y: float, phase: float) -> None:
    blinks = (phase * 4) % 1 < 0.05
    for side in (-1, 1):
        eye = x + side * 66
        pen.line([(eye - 34, y - 62), (eye + 34, y - 66)], _HAIR, 9)
        if blinks:
            pen.line([(eye - 26, y - 16), (eye + 26, y - 16)], _SHADE, 6)
        else:
            pen.oval((eye - 30, y - 34, eye + 30, y + 2), (238, 234, 228))
            pen.oval((eye - 15, y - 32, eye + 15, y - 2), (74, 92, 70))
            pen.oval((eye - 7, y - 24, eye + 7, y - 10), (20, 20, 22))
    pen.arc((x - 26, y + 20, x + 26, y + 72), 20, 160, _SHADE, 7)
    speaks = 10 + 14 * abs(sin(pi * 9 * phase)) * (phase < 0.6)
    pen.oval((x - 50, y + 124 - speaks / 2, x + 50, y + 130 + speaks), _LIPS)
