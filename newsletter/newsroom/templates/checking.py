"""A workspace's templates tried on made-up issues, and the files among them that nobody asks for. I/O: disk"""

from __future__ import annotations

from newsletter.model.remarks import Remark, in_order
from newsletter.newsroom.room import Newsroom
from newsletter.newsroom.templates.folders import TemplateFolders
from newsletter.newsroom.templates.listing import Listed, listed_templates, own_templates, shipped_folder
from newsletter.press.filling.faults import template_faults


def checked_templates(room: Newsroom) -> tuple[int, tuple[Remark, ...]]:
    """How many templates the workspace has of its own, and each mistake in them, in order of file and line.

    A shipped template that fails beside them, because one of them lacks what it takes in, is told as well.
    """
    own = own_templates(room)
    if not own:
        return 0, ()
    stray = [_stray(one) for one in own if one.kind == "over nothing"]
    names = [one.name for one in own if one.kind != "over nothing"]
    known = [one.name for one in listed_templates(room) if one.kind != "over nothing"]
    faults = template_faults(room.templates, names, known=known, shipped=TemplateFolders(shipped_folder().parent))
    return len(own), in_order((*stray, *faults))


def _stray(one: Listed) -> Remark:
    mend = f"Did you mean {one.near}?" if one.near else "All names:  newsletter templates"
    return Remark(
        f"templates/{one.name}", 0, "warning", "template-name", "Nobody asks for a template of this name.", (mend,)
    )
