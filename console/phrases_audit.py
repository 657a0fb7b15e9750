"""What the audit's page says: each action, each verdict."""

from __future__ import annotations

from collections.abc import Mapping

from console.phrases_keeping import reasons
from console.words import Gettext
from signaling.domain.audit import Examination


def actions(_: Gettext) -> dict[str, str]:
    """By `signaling.domain.audit.Action`."""
    return {
        "login.succeeded": _("Signed in"),
        "login.refused": _("Sign-in refused"),
        "login.ended": _("Signed out"),
        "factor.changed": _("Changed a second factor"),
        "password.changed": _("Changed a password"),
        "account.changed": _("Changed an account"),
        "centre.changed": _("Changed the centre’s settings"),
        "history.viewed": _("Looked through the history"),
        "history.numbers_shown": _("Had whole numbers shown in the history"),
        "session.viewed": _("Opened the report of a visio"),
        "session.joined": _("Entered the room of a visio"),
        "still.viewed": _("Looked at a still of a running visio"),
        "help.sent": _("Sent help to a room"),
        "document.viewed": _("Opened a document"),
        "document.sent": _("Sent a document to a caller"),
        "capture.viewed": _("Opened a capture or photo"),
        "capture.taken": _("Took a capture"),
        "recording.viewed": _("Watched a recording"),
        "export.made": _("Exported data"),
        "session.held": _("Changed the legal hold of a visio"),
        "session.erased": _("Erased a visio"),
        "retention.run": _("Deleted what was kept long enough"),
        "key.rotated": _("Changed the key that encrypts the files"),
        "backup.taken": _("Took a back-up"),
        "backup.restored": _("Restored a back-up"),
    }


def details(found: Mapping[str, str | int], _: Gettext) -> str:
    """What a line says besides; the program's own word where there is no better one."""
    counted = {
        "rows": _("lines: %(count)s"),
        "files": _("files: %(count)s"),
        "sessions": _("visios: %(count)s"),
        "users": _("users: %(count)s"),
    }
    words = _words(_)
    said = []
    for key, value in found.items():
        if key == "held":
            said.append(_("held back from deletion") if value else _("no longer held back"))
        elif key in counted:
            said.append(counted[key] % {"count": value})
        elif (key, value) != ("by", "command"):  # who did it says so
            said.append(words.get(str(value), str(value)))
    return ", ".join(said)


def _words(_: Gettext) -> dict[str, str]:
    return {
        **reasons(_),
        "reset": _("by the link of a forgotten password"),
        "factor": _("wrong second factor"),
        "audit": _("the audit"),
        "caller": _("data of a caller"),
        "history": _("the history"),
        "figures": _("the figures"),
        "meeting": _("the report of a meeting"),
        "captures": _("captures"),
        "photos": _("photos"),
        "documents": _("documents"),
        "recordings": _("recordings"),
        "positions": _("positions"),
        "addresses": _("telephone numbers and e-mail addresses"),
        "sessions": _("whole visios"),
        "whole": _("whole numbers"),
        "masked": _("masked numbers"),
    }


def verdict(examination: Examination, _: Gettext) -> str:
    fault = examination.fault
    if fault is None:
        return _("The audit is whole: %(count)s entries, none changed, none missing.") % {
            "count": examination.number
        }
    sentences = {
        "missing": _("Entry %(number)s is missing."),
        "altered": _("Entry %(number)s is not what was written."),
        "unlinked": _("Entry %(number)s does not follow the one before it."),
        "truncated": _("The end is missing, from entry %(number)s on."),
        "rewritten": _("Entry %(number)s was written anew: its seal, kept elsewhere, was another one."),
    }
    return sentences[fault.kind] % {"number": fault.number}
