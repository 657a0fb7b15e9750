"""The words of the pages on which a centre is run."""

from __future__ import annotations

from console.words import Gettext
from signaling.domain.policy import DataClass, Function


def faults(_: Gettext) -> dict[str, str]:
    """Why a field of a policy can't be kept, by its name."""
    return {
        "name": _(
            "A name takes 1 to 40 characters; a number is written as people dial it, 03 83 85 85 85 or 15."
        ),
        "sender": _("A sender name takes 1 to 11 letters and digits without accents, one letter at least."),
        "sms_texts": _("The text must contain {link} once, and make four SMS at most with the longest name."),
        "mail_texts": _("The text of an e-mail has 1,000 characters at most."),
        "destinations": _(
            "One of these countries has no telephone numbers: use codes of two letters, like BE."
        ),
        "quotas": _("A quota is a whole number up to one million."),
        "keep_days": _(
            "Days are a whole number up to 36,500; 0 keeps for ever, nothing follows the installation."
        ),
        "phrases": _("The order is told by whole numbers."),
        "map_tiles": _("The address needs {z}, {x} and {y}, e.g. https://tiles.example.fr/{z}/{x}/{y}.png."),
        "map_attribution": _("The attribution has 200 characters at most."),
    }


def kept_classes(_: Gettext) -> dict[DataClass, str]:
    return {
        "captures": _("Captures"),
        "photos": _("Photos of callers"),
        "documents": _("Documents"),
        "recordings": _("Recordings"),
        "positions": _("Positions"),
        "addresses": _("Numbers and addresses of callers"),
        "sessions": _("Whole visios"),
    }


def functions(_: Gettext) -> dict[Function, tuple[str, str]]:
    """Name, and what goes without it."""
    return {
        "guests": (_("Guests"), _("third persons by a link")),
        "sharing": (_("Sharing"), _("the regulator’s screen and camera")),
        "documents": (_("Documents"), _("sent to callers")),
        "drawing": (_("Drawing"), _("on a frozen picture")),
        "captures": (_("Captures"), _("kept with the visio")),
        "mail": (_("E-mail"), _("invitations by e-mail")),
        "phone_test": (_("Phone tests"), _("sent from the home page")),
    }


def member_change(_: Gettext) -> dict[str, str]:
    """What was just done to a member of the staff."""
    return {
        "invited": _("The invitation leaves now."),
        "role": _("The role is changed."),
        "out": _("This person is shut out, and signed out everywhere."),
        "in": _("This person may come in again."),
        "rpps": _("The RPPS number is kept."),
    }


def line_faults(_: Gettext) -> dict[str, str]:
    """What is wrong with a line of a list of people."""
    return {
        "email": _("not an e-mail address"),
        "name": _("a name takes 1 to 80 characters"),
        "role": _("role unknown: regulator, supervisor or administrator"),
        "twice": _("on the list twice"),
        "columns": _("three columns are wanted: e-mail, name, role"),
        "known": _("works here already"),
    }
