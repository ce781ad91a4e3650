"""An issue composed, rendered and proofread, in memory: what draft writes, check tells and preview shows. I/O: disk

With a store also SQLite: what was found out about its links.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from newsletter.desk.compose import compose
from newsletter.desk.pictures import Seen
from newsletter.desk.proof.passages import passages
from newsletter.desk.proof.proofread import Proof, proofread
from newsletter.model.issue import Draft, Renditions
from newsletter.model.remarks import Remark, in_order
from newsletter.newsroom.checking_links import about_links, known_verdicts, printed_links
from newsletter.newsroom.images import is_on_a_disk, is_path, look_at
from newsletter.newsroom.inputs import Inputs
from newsletter.newsroom.room import Newsroom
from newsletter.press.prose.markdown import image_addresses
from newsletter.press.render import render
from newsletter.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A week as it would go out now, with every remark on it and on the files it came from."""

    draft: Draft
    inputs: Inputs
    renditions: Renditions
    remarks: tuple[Remark, ...]


def composed(room: Newsroom, inputs: Inputs, *, store: Store | None = None) -> Composed:
    """Compose, render and proofread. Nothing is written. Raises FaultyTemplate.

    With a store, what an online check found out about the links is told as well, for as long as it is believed.
    """
    draft = compose(inputs.desk)
    renditions = render(draft.issue, templates=room.templates)
    proof = Proof(desk=inputs.desk, draft=draft, renditions=renditions, images=_images(room.root, inputs, draft))
    remarks = in_order((*inputs.remarks, *draft.remarks, *proofread(proof), *_of_links(room, inputs, draft, store)))
    return Composed(draft=draft, inputs=inputs, renditions=renditions, remarks=remarks)


def _of_links(room: Newsroom, inputs: Inputs, draft: Draft, store: Store | None) -> tuple[Remark, ...]:
    known = known_verdicts(store, room) if store is not None else {}
    if not known:
        return ()
    return tuple(about_links(printed_links(inputs, draft), known, folder=f"issues/{draft.issue.week}"))


def _images(root: Path, inputs: Inputs, draft: Draft) -> Mapping[tuple[str, str], Seen | None]:
    """The files that the texts name as images, by the path of the text and the address as typed.

    None where no file of the workspace is there. Images on the web are left out, and so are those of an explainer whose
    relative addresses lead to the web and that have no file here.
    """
    found: dict[tuple[str, str], Seen | None] = {}
    for passage in passages(inputs.desk, draft):
        for typed in image_addresses(passage.text) if passage.is_markdown else ():
            if is_on_a_disk(typed):
                found[passage.path, typed] = None
            elif is_path(typed):
                seen = look_at(root, passage.path, typed)
                if seen is not None or not passage.base_url:
                    found[passage.path, typed] = seen
    return found
