"""An issue composed, rendered and proofread, in memory: what draft writes, check tells and preview shows. I/O: disk

With a store also SQLite: what was found out about its links.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from newsletter.desk.compose import compose
from newsletter.desk.proof.addresses import addresses_in
from newsletter.desk.proof.passages import Passage, passages
from newsletter.desk.proof.proofread import Proof, proofread
from newsletter.model.issue import Draft, Renditions
from newsletter.model.remarks import Remark, in_order
from newsletter.newsroom.checking_links import about_links, known_verdicts, printed_links
from newsletter.newsroom.inputs import Inputs
from newsletter.newsroom.room import Newsroom
from newsletter.press.render import render
from newsletter.store.engine import Store

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)


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


def _images(root: Path, inputs: Inputs, draft: Draft) -> Mapping[str, int | None]:
    """Bytes of the images that the texts name by a path of the workspace, by the address as typed.

    None where no file is there. Images on the web are left out, and so are those of an explainer whose relative
    addresses lead to the web and that have no file here.
    """
    found: dict[str, int | None] = {}
    for passage in passages(inputs.desk, draft):
        for address in addresses_in(passage.text) if passage.is_markdown else ():
            typed = address.typed.strip()
            if not address.is_image or not typed or _ELSEWHERE.match(typed):
                continue
            size = _size(root, passage, typed)
            if size is not None or not passage.base_url:
                found[address.typed] = size if size is not None else found.get(address.typed)
    return found


def _size(root: Path, passage: Passage, typed: str) -> int | None:
    """Bytes of the file beside the text, or else below the workspace; None if none of both is a file inside it."""
    name = unquote(re.split(r"[?#]", typed)[0])
    beside = PurePosixPath(passage.path).parent
    for folder in (beside, PurePosixPath()):
        try:
            file = (root / folder / name.lstrip("/")).resolve()
            if file.is_relative_to(root.resolve()) and file.is_file():
                return file.stat().st_size
        except (OSError, ValueError):
            # No path at all: a null in it, a name too long, a circle of links.
            continue
    return None
