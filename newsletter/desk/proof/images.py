"""Images in the texts of an issue: words that say nothing, files that are missing, large or inside the text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from newsletter.desk.pictures import Seen
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
#: Pixels across of an image above which it is more than any screen shows of a page.
WIDE = 2_400
_SHOWN = 80

#: The files that texts name as images, by the text's path and the address as typed; None where no file is there.
Files = Mapping[tuple[str, str], Seen | None]


def about_images(texts: Sequence[Passage], files: Files, *, has_site: bool) -> Iterator[Remark]:
    """What is to be said of each image; `has_site` is whether a letter can fetch what lies in the archive.

    An image without any words in an explainer's body is the reader of files' to name.
    """
    told: set[tuple[str, str]] = set()
    markdown = [text for text in texts if text.is_markdown]
    for text in markdown:
        for image in addresses_in(text.text):
            key = (text.path, _as_read(image.typed))
            # A definition is an image's only if one uses it: the reader of Markdown knows.
            if image.is_image or (image.words is None and key in files):
                told.add(key)
                yield from _of_one(text, image, files, has_site)
    for path, typed in sorted(files.keys() - told):
        # Typed in a way that only the reader of Markdown makes an image of.
        for text in [text for text in markdown if text.path == path and typed in text.text][:1]:
            yield from _of_file(text, text.text.index(typed), clip(typed, _SHOWN), files[path, typed], has_site)


def _of_one(text: Passage, image: Address, files: Files, has_site: bool) -> Iterator[Remark]:
    shown = clip(image.typed, _SHOWN)
    if image.typed.strip().lower().startswith("data:"):
        what = "An image stands in the text itself (data:). Mail programs show none of these."
        yield text.remark("warning", "data-uri", image.at, what, "Put the file on the web and name its address.")
        return
    words = one_line(image.words or "")
    if image.is_image and not words and text.kind != "body":
        what = f"Image {shown or '…'} has no words for readers who cannot see it:  ![what it shows]({shown or '…'})"
        yield text.remark("warning", "alt", image.at, what)
    if words and (_DEFAULT.fullmatch(words) or _is_name_of(image.typed, words)):
        what = f'The words of image {shown}, "{clip(words, 40)}", tell those who cannot see it nothing.'
        yield text.remark("warning", "default-alt", image.at, what, f"Say what it shows:  ![what it shows]({shown})")
    key = (text.path, _as_read(image.typed))
    if key in files:
        yield from _of_file(text, image.at, shown, files[key], has_site)
    elif image.typed and not _has_scheme(image.typed) and not text.base_url:
        yield _relative(text, image.at, shown)


def _of_file(text: Passage, at: int, shown: str, file: Seen | None, has_site: bool) -> Iterator[Remark]:
    if file is None:
        what = f"No file of the workspace is at {shown}."
        yield text.remark("warning", "no-image", at, what, "Put it beside the text, and name it from there.")
        return
    if file.fault:
        what = f"Image {shown} {file.fault}; only its words are printed."
        yield text.remark("warning", "image-file", at, what, "Save it anew as PNG or JPEG, 1,280 pixels wide.")
        return
    if file.size > LARGE:
        many = f"{file.size / 1_000_000:.1f} MB" if file.size > HUGE else f"{round(file.size / 1000)} kB"
        slow = "most phones give up on it" if file.size > HUGE else "on a phone it comes late"
        what = f"Image {shown} has {many}; {slow}."
        yield text.remark("warning", "image-size", at, what, f"Less than {LARGE // 1000} kB: 1,280 pixels wide.")
    elif file.width > WIDE:
        what = f"Image {shown} is {file.width:,} pixels wide; no page shows so many."
        yield text.remark("warning", "image-size", at, what, "1,280 pixels are enough for every screen.")
    if text.kind != "body":
        yield _relative(text, at, shown)
        return
    if file.has_place:
        what = f"Image {shown} says where it was taken (GPS), and it is published as it is."
        yield text.remark("warning", "image-place", at, what, "Save it anew without its location.")
    if not has_site:
        what = f"Image {shown} stands on the page; the letter cannot fetch it and prints its words."
        yield text.remark(
            "notice", "letter-image", at, what, 'In newsletter.toml:  [publication] base_url = "https://…"'
        )


def _relative(text: Passage, at: int, shown: str) -> Remark:
    what = f"Image {shown} is relative to a page, so only its words are printed."
    base = ", or give the explainer a  base_url: …" if text.kind in ("body", "tldr") else "."
    return text.remark("warning", "relative-link", at, what, f"Put the whole address{base}")


def _as_read(typed: str) -> str:
    """The address as the reader of Markdown gives it: a backslash before a sign of punctuation is gone."""
    return re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", typed).strip()


def _is_name_of(address: str, words: str) -> bool:
    """Whether the words are the file's own name, with its ending or without."""
    name = unquote(re.split(r"[?#]", address)[0].rpartition("/")[2]).lower()
    return bool(name) and words.lower() in (name, name.rpartition(".")[0])


def _has_scheme(address: str) -> bool:
    return bool(re.match(r"[a-z][a-z0-9+.-]*:", address, re.I))
