"""What templates can do with an issue: the filters, by the names that templates use. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

from newsletter import links, text
from newsletter.model.issue import Explainer, PrintedTake, Wording
from newsletter.press import corrections, dates, direction
from newsletter.press.filling.environment import markup
from newsletter.press.letter import cuts as letter_cuts
from newsletter.press.letter import rows as letter_rows
from newsletter.press.pictures import shown as shown_images
from newsletter.press.pictures.shown import ShownImage
from newsletter.press.prose import columns, safe_markdown
from newsletter.press.prose.markdown import to_html
from newsletter.press.prose.plain import fragment_to_text, to_text
from newsletter.press.prose.quoting import marks, quoted_html, quoted_markdown

#: A reader of news takes in so many words a minute.
_WORDS_A_MINUTE = 220
#: The shape of a language tag (RFC 5646, 2.1); a feed may call its language anything.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
#: The address of a link in Markdown, with its title: nobody reads it.
_ADDRESS = re.compile(r"\]\((?:[^()\s]|\([^()\s]*\))+(?:[ ]'[^'\n]*'|[ ]\"[^\"\n]*\")?\)")


def address(link: str) -> str:
    """The link if it may be printed, "" otherwise: a template then prints the words alone."""
    return link if link and links.printed(link) is not None else ""


def addresses(typed: Iterable[str]) -> tuple[str, ...]:
    """Those that may be printed, in order."""
    return tuple(link for link in typed if address(link))


def minutes(body: str) -> int:
    """Minutes to read a text, addresses not counted; at least 1."""
    return max(1, round(text.count_words(_ADDRESS.sub("]", body)) / _WORDS_A_MINUTE))


def part(topic: Explainer) -> str:
    """Which part of which series it is; "" if it stands alone."""
    return ", ".join(words for words in (topic.series, f"part {topic.part}" if topic.part else "") if words)


def html(body: str, base_url: str = "", top_level: int = 3, images: tuple[ShownImage, ...] = ()) -> Markup:
    """Markdown as a fragment of HTML."""
    return markup(to_html(body, base_url=base_url, top_level=top_level, images=images))


def for_letter(fragment: str) -> Markup:
    """A fragment with its code, tables and pictures as mail programs show them."""
    return markup(letter_rows.for_letter(fragment))


def rows_of_letter(fragment: str, top_level: int = 3, *, beginning_only: bool = False) -> tuple[Markup, ...]:
    """The same, or its beginning alone, cut into rows of the letter."""
    whole = letter_cuts.beginning(fragment) if beginning_only else str(fragment)
    return tuple(markup(row) for row in letter_rows.rows(letter_rows.for_letter(whole), top_level))


def take_html(take: PrintedTake, language: str = "", top_level: int = 4) -> Markup:
    """A take in the house's form: name, colon, text between the quotation marks of its language, else of `language`."""
    words = escape(take.author)
    if link := address(take.author_link):
        words = markup(f'<a href="{escape(link)}">{words}</a>')
    fragment = to_html(take.text, top_level=top_level)
    name = f'<strong class="voice">{words}</strong>'
    return markup(
        quoted_html(fragment, *marks(take.text, typographic=True, language=take.language or language), name=name)
    )


def take_text(take: PrintedTake, language: str = "", width: int = columns.WIDTH) -> str:
    """The same as plain text."""
    around = marks(take.text, typographic=False, language=take.language or language)
    fragment = quoted_html(to_html(take.text, top_level=4), *around, name=str(escape(take.author)))
    return fragment_to_text(fragment, width=width)


def take_markdown(take: PrintedTake, language: str = "") -> str:
    """The same as Markdown; the name is linked if the member has a page."""
    words = safe_markdown.harmless(take.text, top_level=4)
    name = safe_markdown.link(take.author, take.author_link)
    around = marks(take.text, typographic=False, language=take.language or language)
    return quoted_markdown(words, *around, name=name)


def scrolling(fragment: str) -> Markup:
    """Tables in a box that scrolls sideways, so that a narrow screen keeps its width."""
    boxed = str(fragment).replace("<table>", '<div class="scroll"><table>').replace("</table>", "</table></div>")
    return markup(boxed)


def plain(body: str, base_url: str = "", width: int = columns.WIDTH) -> str:
    """Markdown as plain text."""
    return to_text(body, width=width, base_url=base_url)


def indented(lines: str, by: int = 2) -> str:
    """Lines moved to the right; blank ones stay blank."""
    return "\n".join(" " * by + line if line else "" for line in lines.split("\n"))


def wrapped(words: str, first: str = "", rest: str | None = None) -> str:
    """Running text in lines; `first` and `rest` stand before them."""
    return "\n".join(columns.wrap(text.one_line(words), first=first, rest=rest))


def ruled(words: str, sign: str = "=") -> str:
    """A heading between two rules across the page."""
    rule = sign * columns.WIDTH
    return f"{rule}\n{wrapped(words)}\n{rule}"


def spoken(language: str, words: str, wording: Wording) -> Markup:
    """The attributes `lang` and `dir` of a line, where they are not those of the issue."""
    is_other = language != wording.language and _LANGUAGE.fullmatch(language)
    out = f' lang="{escape(language)}"' if is_other else ""
    way = direction.of_text(words)
    if way and way != direction.of_language(wording.language):
        out += f' dir="{way}"'
    return markup(out)


def apart(words: str, wording: Wording) -> Markup:
    """Words within a line of the issue, set off from it where they run the other way.

    Without that a number or a full stop beside them would be drawn to their other end (Unicode Bidi, UAX 9, W and N).
    """
    of_issue, own = direction.of_language(wording.language), direction.of_text(words)
    if own in ("", of_issue):
        return escape(words)
    return markup(f'<span dir="{own}">{escape(words)}</span>{"&lrm;" if of_issue == "ltr" else "&rlm;"}')


def way(words: str, wording: Wording) -> str:
    """The direction of a text, the issue's where it has none of its own: "ltr" or "rtl"."""
    return direction.of_text(words) or direction.of_language(wording.language)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "address": address,
    "addresses": addresses,
    "minutes": minutes,
    "part": part,
    "day": dates.day,
    "span": dates.span,
    "direction": direction.of_language,
    "spoken": spoken,
    "apart": apart,
    "way": way,
    "letter_images": shown_images.in_letter,
    "page_images": shown_images.on_page,
    "html": html,
    "for_letter": for_letter,
    "letter_rows": rows_of_letter,
    "scrolling": scrolling,
    "take_html": take_html,
    "plain": plain,
    "take_text": take_text,
    "indented": indented,
    "wrapped": wrapped,
    "ruled": ruled,
    "escaped": safe_markdown.escaped,
    "link": safe_markdown.link,
    "markdown": safe_markdown.harmless,
    "take_markdown": take_markdown,
    "dated_html": corrections.dated_html,
    "told_html": corrections.told_html,
    "told_text": corrections.told_text,
    "told_markdown": corrections.told_markdown,
}
