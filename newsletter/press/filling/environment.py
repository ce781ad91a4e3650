"""Fill in templates: strict, escaped, without a file system, and with faults that name file and line. Pure.

The only module that knows Jinja.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from traceback import walk_tb
from types import FrameType
from typing import Any, Protocol

from jinja2 import BytecodeCache, Environment, FunctionLoader, StrictUndefined, nodes
from jinja2.bccache import Bucket
from jinja2.exceptions import TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.utils import missing
from markupsafe import Markup

from newsletter.errors import FaultyTemplate
from newsletter.model.marks import LETTER_MARKS
from newsletter.model.ports import Templates
from newsletter.press.filling.wrong_arguments import wrong_argument
from newsletter.press.prose.printable import printable
from newsletter.text import nearest

#: Compiled templates; a workspace has about ten, an editor at work makes new versions of them.
_KEPT_MOST = 100
_MEND = "Mend the line, or delete the file to go back to the one that came with the program."
_MARK = re.compile("|".join(map(re.escape, LETTER_MARKS)))
#: What a mistake in a template can raise while it runs, besides Jinja's own.
_SLIPS = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, AssertionError, RuntimeError)


class _Compiled(BytecodeCache):
    """Keep what was compiled, by name and checksum of the source: compiling takes three times as long as filling in."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (kept := self._kept.get((bucket.key, bucket.checksum))) is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if len(self._kept) > _KEPT_MOST:
            self._kept.clear()
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class _Missing(StrictUndefined):
    """What a template asks for and nobody has; what may have been meant is told as soon as it is used."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        held, said = self._undefined_obj, super()._undefined_message
        if self._undefined_hint or held is missing or not isinstance(self._undefined_name, str):
            return said
        known = held if isinstance(held, Mapping) else (one for one in dir(held) if not one.startswith("_"))
        near = _hint(self._undefined_name, map(str, known))
        return f"{said}.{near}" if near else said


def markup(html: str) -> Markup:
    """Mark a string as HTML that needs no escaping: the sanitiser's output, and what is built from it."""
    return Markup(html)  # noqa: S704 - the one gate


class Fill(Protocol):
    """Fill in the template of that name.

    Raises:
        FaultyTemplate: it is missing, cannot be read, or asks for what is not there.
    """

    def __call__(self, template: str, /, **context: object) -> str: ...


class FixedTemplates:
    """Templates as they stood when they were read: each is made ready once, however many pages it makes.

    `sources` are, by name, the text of each and the path to show for it. Implements the port `Templates`.
    """

    def __init__(self, sources: Mapping[str, tuple[str, str]]) -> None:
        self.sources = dict(sources)
        #: By the identity of the filters.
        self.ready: dict[int, Fill] = {}

    def source(self, name: str) -> tuple[str, str] | None:
        return self.sources.get(name)

    def __reduce__(self) -> tuple[type[FixedTemplates], tuple[dict[str, tuple[str, str]]]]:
        # What is ready belongs to one process.
        return FixedTemplates, (self.sources,)


def filler(templates: Templates, filters: Mapping[str, Callable[..., Any]]) -> Fill:
    """What fills in the templates of the port; those that end in .html.j2 are escaped."""
    if not isinstance(templates, FixedTemplates):
        return _new_filler(templates, filters)
    if id(filters) not in templates.ready:
        templates.ready[id(filters)] = _new_filler(templates, filters)
    return templates.ready[id(filters)]


def _new_filler(templates: Templates, filters: Mapping[str, Callable[..., Any]]) -> Fill:
    paths: dict[str, str] = {}

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        found = templates.source(name)
        if found is None:
            return None
        text, paths[name] = found
        return text, paths[name], lambda: True

    made = _environment(load)
    made.filters.update(filters)
    return partial(_fill, made)


def _environment(load: Callable[[str], tuple[str, str, Callable[[], bool]] | None]) -> Environment:
    return Environment(
        loader=FunctionLoader(load),
        # All that is HTML is escaped; in plain text and Markdown a "&" must stay one.
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),  # noqa: S701
        undefined=_Missing,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_printed,
        bytecode_cache=_COMPILED,
    )


# Told of a template that is not filled in -----------------------------------------------------------


def named_templates(text: str) -> tuple[tuple[str, int], ...]:
    """Templates that a template extends, includes or imports, each with its line; empty if it cannot be parsed.

    A name that is only made while the template is filled in is left out.
    """
    try:
        tree = _environment(lambda _: None).parse(text)
    except TemplateSyntaxError:
        return ()
    kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    naming: Iterator[Any] = tree.find_all(kinds)
    return tuple(
        (one.template.value, one.lineno)
        for one in naming
        if isinstance(one.template, nodes.Const) and isinstance(one.template.value, str)
    )


def fault_of_form(text: str) -> tuple[int, str] | None:
    """Line and words of the first mistake of form; None if the template can be parsed."""
    try:
        _environment(lambda _: None).parse(text)
    except TemplateSyntaxError as fault:
        return fault.lineno, fault.message or "It cannot be read."
    return None


def unknown_names(text: str, filters: Mapping[str, Callable[..., Any]]) -> Iterator[tuple[int, str]]:
    """Line and sentence of each filter and test that does not exist; none if the template cannot be parsed."""
    made = _environment(lambda _: None)
    made.filters.update(filters)
    try:
        tree = made.parse(text)
    except TemplateSyntaxError:
        return
    known: tuple[tuple[type[nodes.Filter | nodes.Test], str, Mapping[str, object]], ...] = (
        (nodes.Filter, "filter", made.filters),
        (nodes.Test, "test", made.tests),
    )
    for kind, word, names in known:
        for one in tree.find_all(kind):
            if one.name not in names:
                yield one.lineno, f'There is no {word} "{one.name}".{_hint(one.name, names)}'


def _hint(typed: str, known: Iterable[str]) -> str:
    near = nearest(typed, known)
    return f' Did you mean "{near}"?' if near else ""


def _fill(made: Environment, template: str, /, **context: object) -> str:
    try:
        return made.get_template(template).render(**context)
    except TemplateSyntaxError as fault:
        place = f"{fault.filename or fault.name or template}:{fault.lineno}"
        raise FaultyTemplate(f"{place}: {fault.message}", mend=_MEND) from fault
    except TemplateNotFound as fault:
        where = _place(fault)
        raise FaultyTemplate(
            f"{where + ': ' if where else ''}there is no template templates/{fault.name}",
            mend="Is it named rightly where it is included?",
        ) from fault
    except (TemplateError, *_SLIPS) as fault:
        where, wrong = _place(fault), _wrong(fault)
        if where is None or (wrong is None and _is_ours(fault)):
            raise
        raise FaultyTemplate(f"{where}: {wrong or fault}", mend=_MEND) from fault


def _place(fault: BaseException) -> str | None:
    """File and line of the template that the fault came from; None if no template was running."""
    place: str | None = None
    for frame, line in walk_tb(fault.__traceback__):
        if _is_template(frame):
            place = f"{frame.f_code.co_filename}:{line}"
    return place


def _called(fault: BaseException) -> FrameType | None:
    """The function of ours that the innermost template called and that the fault came from; None if there is none."""
    called: FrameType | None = None
    for frame, _ in walk_tb(fault.__traceback__):
        if _is_template(frame):
            called = None
        elif called is None and str(frame.f_globals.get("__name__", "")).startswith("newsletter."):
            called = frame
    return called


def _is_template(frame: FrameType) -> bool:
    return frame.f_globals.get("__jinja_template__") is not None or frame.f_code.co_filename.endswith(".j2")


def _is_ours(fault: BaseException) -> bool:
    """Whether it happened inside our own code that a template called, and Jinja did not raise it."""
    return _called(fault) is not None and not isinstance(fault, (TemplateError, RecursionError))


def _wrong(fault: BaseException) -> str | None:
    """What is wrong with what a template gave to a function of ours; None if the fault is not of that kind."""
    called = _called(fault) if _is_ours(fault) else None
    return wrong_argument(called) if called is not None else None


def _broken(mark: re.Match[str]) -> str:
    """A letter's mark that is none any more: in an address as the same address, elsewhere with a gap."""
    within = re.split(r"[\s\"'<>]", mark.string[: mark.start()])[-1]
    return f"@%40{mark[0][2:]}" if "://" in within else f"@ {mark[0][1:]}"


def _printed(value: Any) -> Any:
    """What a text, and not the template, brings: without signs that break the page, and without a letter's mark.

    No text may become a link to leave.
    """
    if not isinstance(value, str):
        return value
    clean = printable(value)
    if "@@" in clean:
        clean = _MARK.sub(_broken, clean)
    return value if clean is value else markup(clean) if isinstance(value, Markup) else clean
