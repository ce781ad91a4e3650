"""Fill in templates: strict, escaped, without a file system, and with faults that name file and line. Pure.

The only module that knows Jinja.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from jinja2 import BytecodeCache, Environment, FunctionLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.exceptions import TemplateError, TemplateNotFound, TemplateSyntaxError
from markupsafe import Markup

from newsletter.errors import FaultyTemplate
from newsletter.model.marks import LETTER_MARKS
from newsletter.model.ports import Templates

#: Compiled templates; a workspace has about ten, an editor at work makes new versions of them.
_KEPT_MOST = 100
_MEND = "Mend the line, or delete the file to go back to the one that came with the program."
#: What a mistake in a template can raise while it runs, besides Jinja's own.
_SLIPS = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError)


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


def markup(html: str) -> Markup:
    """Mark a string as HTML that needs no escaping: the sanitiser's output, and what is built from it."""
    return Markup(html)  # noqa: S704 - the one gate


class Fill(Protocol):
    """Fill in the template of that name.

    Raises:
        FaultyTemplate: it is missing, cannot be read, or asks for what is not there.
    """

    def __call__(self, template: str, /, **context: object) -> str: ...


def filler(templates: Templates, filters: Mapping[str, Callable[..., Any]]) -> Fill:
    """What fills in the templates of the port; those that end in .html.j2 are escaped."""
    paths: dict[str, str] = {}

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        found = templates.source(name)
        if found is None:
            return None
        text, paths[name] = found
        return text, paths[name], lambda: True

    made = Environment(
        loader=FunctionLoader(load),
        # All that is HTML is escaped; in plain text and Markdown a "&" must stay one.
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_without_marks,
        bytecode_cache=_COMPILED,
    )
    made.filters.update(filters)
    return partial(_fill, made)


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
        where = _place(fault)
        if where is None:
            raise
        raise FaultyTemplate(f"{where}: {fault}", mend=_MEND) from fault


def _place(fault: BaseException) -> str | None:
    """File and line of the template that the fault came from; None if no template was running.

    A fault inside our own code that a template called is ours, and so has no place here, unless Jinja raised it.
    """
    step, ours = fault.__traceback__, False
    place: str | None = None
    while step is not None:
        path = step.tb_frame.f_code.co_filename
        if step.tb_frame.f_globals.get("__jinja_template__") is not None or path.endswith(".j2"):
            place, ours = f"{path}:{step.tb_lineno}", False
        elif str(step.tb_frame.f_globals.get("__name__", "")).startswith("newsletter."):
            ours = True
        step = step.tb_next
    return None if ours and not isinstance(fault, (TemplateError, RecursionError)) else place


def _without_marks(value: Any) -> Any:
    """Break a letter's mark wherever a text, and not the template, brings it: no text may become a link to leave."""
    if isinstance(value, str) and any(mark in value for mark in LETTER_MARKS):
        broken = re.sub("|".join(map(re.escape, LETTER_MARKS)), lambda m: f"@ {m[0][1:]}", value)
        return markup(broken) if isinstance(value, Markup) else broken
    return value
