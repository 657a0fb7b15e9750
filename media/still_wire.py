"""What passes between the relay and the worker that decodes its stills, on the worker's stdin and stdout."""

from __future__ import annotations

from struct import Struct
from typing import Final

REQUEST: Final = Struct("!4sI")  # codec's name, padded with zeros; size of the frame that follows
REPLY: Final = Struct("!I")  # size of the JPEG that follows; 0: the frame can't be decoded
