"""The mistakes of templates, all at once: those that show unread, and those that show when they are filled in. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from newsletter.errors import FaultyTemplate
from newsletter.model.ports import Templates
from newsletter.model.remarks import Remark, in_order
from newsletter.press.filling.environment import FixedTemplates, fault_of_form, named_templates, unknown_names
from newsletter.press.filling.filters import FILTERS
from newsletter.press.filling.sheets import fault_of_sheet
from newsletter.press.filling.trials import Trial, trials
from newsletter.text import nearest

#: The text of a template and the path to show for it.
Source = tuple[str, str]
#: A fault as FaultyTemplate writes it: the path ends with the template's name.
_FAULT = re.compile(r"(?P<path>\S*?templates/(?P<name>\S+?)):(?:(?P<line>\d+):)? (?P<what>.*)", re.S)
#: Mistakes that one page tells of at most.
_MOST = 50
#: A code that is told as "template" in the end: the template cannot be parsed, or not even read.
_FORM = "template-form"
#: How Jinja begins to tell, when a template is filled in, what was told of it unread.
_TOLD_UNREAD = ("No filter named", "No test named", "There is no template")
_SHOWN = re.compile(r"\{\{.*?\}\}")
_STATEMENTS = (
    (re.compile(r"\{%-?\s*((?:el)?if)\s.*?-?%\}"), r"{% \1 false %}"),
    (re.compile(r"\{%-?\s*for\s+(.+?)\s+in\s.*?-?%\}"), r"{% for \1 in () %}"),
    (re.compile(r"\{%-?\s*set\s+(\w+)\s*=.*?-?%\}"), r'{% set \1 = "" %}'),
    (re.compile(r"\{%-?\s*include\s.*?-?%\}"), ""),
)


def template_faults(
    templates: Templates, own: Collection[str], *, known: Collection[str], shipped: Templates
) -> tuple[Remark, ...]:
    """Each mistake of the templates of these names, and of others that show beside them, in order of file and line.

    A mistake is told, left out, and the rest is filled in: so a page tells more than its first. Of a template whose
    form is broken only the first one is told; `shipped` takes its place for what stands around it. `known` are the
    names of all templates.
    """
    found: list[Remark] = []
    sources: dict[str, Source] = {}
    for name in known:
        remarks = tuple(_unread(templates, name, known)) if name in own else ()
        found += remarks
        source = shipped.source(name) if any(remark.code == _FORM for remark in remarks) else templates.source(name)
        if source is not None:
            sources[name] = source
    told = {(remark.path, remark.line) for remark in found}
    tried = _Tried(sources, shipped)
    for trial in trials():
        for remark in tried.faults(trial):
            if not (remark.what.startswith(_TOLD_UNREAD) and (remark.path, remark.line) in told):
                found.append(remark)
    return in_order(replace(remark, code="template") for remark in found)


def _unread(templates: Templates, name: str, known: Collection[str]) -> Iterator[Remark]:
    try:
        source = templates.source(name)
    except FaultyTemplate as fault:
        yield replace(_remark(fault), code=_FORM)
        return
    if source is None:
        return
    text, path = source
    if (broken := fault_of_form(text)) is not None:
        yield Remark(path, broken[0], "error", _FORM, _ended(broken[1]))
    elif name.endswith(".css.j2") and (torn := fault_of_sheet(text)) is not None:
        yield Remark(path, torn[0], "error", "template", torn[1])
    for line, what in unknown_names(text, FILTERS):
        yield Remark(path, line, "error", "template", _ended(what))
    for asked, line in named_templates(text):
        if asked not in known:
            near = nearest(asked, known)
            mend = (f"Did you mean {near}?",) if near else ()
            yield Remark(path, line, "error", "template", f"There is no template templates/{asked}.", mend)


class _Tried:
    """Templates on which one trial after the other is made; what was faulty is left out from then on."""

    def __init__(self, sources: Mapping[str, Source], shipped: Templates) -> None:
        self._sources, self._shipped = dict(sources), shipped
        self._ready = FixedTemplates(self._sources)

    def faults(self, trial: Trial) -> Iterator[Remark]:
        """What the trial tells until it ends well, or until nothing more can be left out."""
        instead: dict[str, Source] = {}
        for _ in range(_MOST):
            try:
                trial(FixedTemplates(self._sources | instead) if instead else self._ready)
            except FaultyTemplate as fault:
                remark = _remark(fault)
                yield remark
                if not (self._leave_out(remark) or self._put_shipped(remark, instead)):
                    return
            else:
                return

    def _leave_out(self, remark: Remark) -> bool:
        """Take out what stands on the remark's line; False if that cannot be done."""
        name = _name(remark)
        text, path = self._sources.get(name, ("", ""))
        lines = text.split("\n")
        if not 1 <= remark.line <= len(lines) or (line := _without(lines[remark.line - 1])) == lines[remark.line - 1]:
            return False
        lines[remark.line - 1] = line
        self._sources[name] = ("\n".join(lines), path)
        self._ready = FixedTemplates(self._sources)
        return True

    def _put_shipped(self, remark: Remark, instead: dict[str, Source]) -> bool:
        """Put the shipped template in the place of the faulty one; False if there is none or that was done before."""
        name = _name(remark)
        source = self._shipped.source(name)
        if source is None or name in instead:
            return False
        instead[name] = source
        return True


def _name(remark: Remark) -> str:
    return remark.path.rpartition("templates/")[2]


def _without(line: str) -> str:
    line = _SHOWN.sub("", line)
    for statement, other in _STATEMENTS:
        line = statement.sub(other, line)
    return line


def _remark(fault: FaultyTemplate) -> Remark:
    mend = (fault.mend,) if fault.mend else ()
    if (match := _FAULT.fullmatch(fault.what)) is None:
        return Remark("templates/", 0, "error", "template", _ended(fault.what), mend)
    return Remark(match["path"], int(match["line"] or 0), "error", "template", _ended(match["what"]), mend)


def _ended(what: str) -> str:
    """The words as a sentence."""
    words = what[:1].upper() + what[1:]
    return words if words.endswith((".", "!", "?")) else f"{words}."
