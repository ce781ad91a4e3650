"""Images in the texts of an issue: words that say nothing, files that are missing, large or inside the text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from newsletter.desk.proof.addresses import Address, addresses_in
from newsletter.desk.proof.passages import Passage
from newsletter.model.remarks import Remark
from newsletter.text import clip, one_line

#: Words that programs put there, or that say no more than that there is an image.
_DEFAULT = re.compile(
    r"""(?:an?\s|the\s)?(?:image|img|photo|photograph|picture|pic|graphic|figure|fig\.?|untitled|unnamed|screen\s?shot
        |alt(?:[\s-]?text)?|image\sdescription|description|placeholder|logo|banner|thumbnail|icon|chart|diagram)
        [\s#_-]*\d*
        |(?:img|dsc[nf]?|pxl|image|photo|scan|screenshot|screen\sshot|bildschirmfoto|clipboard)[\s_-]*\d[\d\s._:-]*
        (?:at\s[\d.:\s]+(?:am|pm)?)?(?:\.\w{3,4})?
        |screen\s?shot\s(?:from\s|on\s)?\d.*
        |(?:an?\s)?(?:image|picture|photo|screenshot)\sof\s(?:an?\s|the\s|my\s)?
            (?:image|picture|photo|screen|screenshot|computer|phone|chart|graph|diagram|text|page|web\s?site|web\s?page|person
            |people|man|woman|logo)\.?
        |(?:enter|add|insert|write|your)\s(?:an?\s|the\s)?(?:image|alt|picture|photo)\b.*
        |.*\b(?:description\sautomatically\sgenerated|ai-generated\scontent\smay\sbe\sincorrect)\b.*
        |[^\s]+\.(?:png|jpe?g|gif|webp|svg|avif|heic|bmp|tiff?)""",
    re.I | re.X,
)
#: Bytes of one image above which it is slow on a phone, and above which it is half a letter's patience.
LARGE = 200_000
HUGE = 1_000_000
_SHOWN = 80


def about_images(texts: Sequence[Passage], sizes: Mapping[str, int | None]) -> Iterator[Remark]:
    """What is to be said of each image; `sizes` are bytes by the address as typed, None where no such file lies.

    An image without any words in an explainer's body is the reader of files' to name.
    """
    for text in texts:
        if text.is_markdown:
            for image in addresses_in(text.text):
                if image.is_image:
                    yield from _of_one(text, image, sizes)


def _of_one(text: Passage, image: Address, sizes: Mapping[str, int | None]) -> Iterator[Remark]:
    shown = clip(image.typed, _SHOWN)
    if image.typed.strip().lower().startswith("data:"):
        what = "An image stands in the text itself (data:). Mail programs show none of these."
        yield text.remark("warning", "data-uri", image.at, what, "Put the file on the web and name its address.")
        return
    words = one_line(image.words or "")
    if not words and text.kind != "body":
        what = f"Image {shown or '…'} has no words for readers who cannot see it:  ![what it shows]({shown or '…'})"
        yield text.remark("warning", "alt", image.at, what)
    if words and (_DEFAULT.fullmatch(words) or _is_name_of(image.typed, words)):
        what = f'The words of image {shown}, "{clip(words, 40)}", tell those who cannot see it nothing.'
        yield text.remark("warning", "default-alt", image.at, what, f"Say what it shows:  ![what it shows]({shown})")
    size = sizes.get(image.typed, 0)
    if size is None:
        yield text.remark("warning", "no-image", image.at, f"No file is at {shown}.", "Put it there, or mend the name.")
        return
    if size > LARGE:
        many = f"{size / 1_000_000:.1f} MB" if size > HUGE else f"{round(size / 1000)} kB"
        slow = "most phones give up on it" if size > HUGE else "on a phone it comes late"
        what = f"Image {shown} has {many}; {slow}."
        yield text.remark("warning", "image-size", image.at, what, f"Less than {LARGE // 1000} kB: 1,280 pixels wide.")
    if image.typed and not _has_scheme(image.typed) and not text.base_url:
        what = f"Image {shown} is relative to a page, so only its words are printed."
        base = ", or give the explainer a  base_url: …" if text.kind in ("body", "tldr") else "."
        yield text.remark("warning", "relative-link", image.at, what, f"Put the whole address{base}")


def _is_name_of(address: str, words: str) -> bool:
    """Whether the words are the file's own name, with its ending or without."""
    name = unquote(re.split(r"[?#]", address)[0].rpartition("/")[2]).lower()
    return bool(name) and words.lower() in (name, name.rpartition(".")[0])


def _has_scheme(address: str) -> bool:
    return bool(re.match(r"[a-z][a-z0-9+.-]*:", address, re.I))
