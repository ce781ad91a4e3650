"""The pages cannot rot: commands, keys, errors, remarks, words and links are held against the code."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from pathlib import Path

import click
import pytest

from newsletter import errors, model
from newsletter.cli import COMMANDS, newsletter
from newsletter.config.keys import KEYS
from newsletter.mail.preflight.findings import CHECKS
from tests.source import PACKAGE, modules, name_of

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@functools.cache
def everything() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in PAGES)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_pages(command: str) -> None:
    assert re.search(rf"newsletter\s+{command}\b|`{command}[`|]|`{command} → | → {command}\b", everything())


def test_every_command_that_the_pages_show_exists() -> None:
    context = click.Context(newsletter)
    shown = set(re.findall(r"(?:^|[`/ ])newsletter ((?!\.)[a-z]+)(?: ([a-z]+))?", everything(), re.M))

    for name, sub in shown - {(word, "") for word in ("for", "is")}:
        if name not in COMMANDS:
            assert not name.isidentifier() or name in {"software", "that", "newsletter"}, f"newsletter {name}"
            continue
        command = newsletter.get_command(context, name)
        if isinstance(command, click.Group) and sub:
            assert sub in command.commands, f"newsletter {name} {sub}"


def test_every_option_that_the_pages_show_exists() -> None:
    context = click.Context(newsletter)
    options: dict[str, set[str]] = {}
    for name in COMMANDS:
        command = newsletter.get_command(context, name)
        assert command is not None
        inner = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
        options[name] = {text for one in inner for p in one.params for text in p.opts}

    for line in re.findall(r"newsletter [a-z]+(?:(?!  | newsletter )[^\n`|])*", everything()):
        name = line.split()[1]
        for option in re.findall(r"(?<=\s)--[a-z-]+", line):
            assert option in options.get(name, {option}), f"{option} in: {line}"


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_every_key_of_newsletter_toml_is_documented_with_its_default_and_meaning(key: object) -> None:
    path, default, meaning = (getattr(key, name) for name in ("path", "default", "meaning"))
    row = next((line for line in page("docs/operators.md").splitlines() if line.startswith(f"| `{path}` |")), "")

    assert meaning in row
    assert default in row


@pytest.mark.parametrize("code", CHECKS)
def test_every_check_of_preflight_is_documented_with_what_it_holds_and_its_source(code: str) -> None:
    assert f"| `{code}` | {CHECKS[code].holds} | {CHECKS[code].source} |" in page("docs/mail.md")


def test_every_exit_code_is_documented() -> None:
    kinds = (kind for _, kind in inspect.getmembers(errors, inspect.isclass))
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.NewsletterError)}

    listed = re.search(r"Exit codes: (.*?)\n-", page("docs/operators.md"), re.S)

    assert listed is not None
    assert codes <= {int(code) for code in re.findall(r"\b(\d+)\b", listed[1])}


#: Where remarks on files of operators are made; docs/operators.md lists those.
OPERATORS = (
    "config/",
    "cli/",
    "files/feeds_toml.py",
    "files/opml.py",
    "files/sources_toml.py",
    "newsroom/collection/feed_list.py",
    "files/past/",
    "importing.py",
    "newsroom/past.py",
    "newsroom/site/",
    "newsroom/templates/checking.py",
    "press/filling/",
)


@functools.cache
def remark_codes(*, of_editors: bool = False) -> set[str]:
    """Every code that the code can say: the fourth argument of a Remark, or the string a method hands on as one."""
    codes = set()
    for module in modules():
        if of_editors and module.path.relative_to(PACKAGE).as_posix().startswith(OPERATORS):
            continue
        for node in module.nodes:
            if isinstance(node, ast.Call) and name_of(node.func).endswith(
                (
                    "Remark",
                    "_remark",
                    "_held",
                    ".error",
                    ".warning",
                    ".notice",
                    "_error",
                    "_say",
                    "say",
                    "_fault",
                    ".remark",
                )
            ):
                direct = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                codes.update(s for s in direct if re.fullmatch(r"[a-z]+(-[a-z]+)*", s))
            elif isinstance(node, ast.Assign) and name_of(node.targets[0]).startswith("code"):
                strings = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
                codes.update(s for s in strings if re.fullmatch(r"[a-z]+(-[a-z]+)+", s))
    # These two are keys of issue.toml, handed on beside a code.
    return codes - {"error", "warning", "notice", "merge", "split"}


def test_every_remark_is_documented_for_editors_or_operators() -> None:
    pages = page("docs/editors.md") + page("docs/operators.md")

    missing = sorted(code for code in remark_codes() if f"`{code}`" not in pages)

    assert missing == []


#: Remarks whose words come from a library, or from another module than their code.
SAID_BY_OTHERS = {"toml", "template", "held", "fault", "faulty"}


def sections() -> dict[str, str]:
    """Each code that docs/editors.md has a section on, with the section."""
    parts = re.split(r"^#### `([a-z-]+)`$", page("docs/editors.md"), flags=re.M)
    return {code: body.partition("\n### ")[0] for code, body in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_remark_that_an_editor_can_get_has_a_section_with_an_example_and_its_mend() -> None:
    found = sections()

    assert sorted(remark_codes(of_editors=True) - found.keys()) == []
    for code, body in found.items():
        assert re.search(rf"^    \S+: (error|warning|notice) \[{code}\] ", body, re.M), code
        assert re.search(r"^Mend: \S", body, re.M), code


def test_every_section_is_about_a_remark_that_can_come() -> None:
    texts = {node.value for module in modules() for node in module.nodes if isinstance(node, ast.Constant)}

    assert sorted(sections().keys() - texts) == []


def test_the_examples_speak_as_the_program_does() -> None:
    said = pieces_by_code()

    strange = {
        code: example[1]
        for code, body in sections().items()
        if (example := re.search(r"\[[a-z-]+\] (.+)", body))
        and code not in SAID_BY_OTHERS
        and not any(piece in example[1] for piece in said.get(code, ()))
    }

    assert strange == {}


def pieces_by_code() -> dict[str, set[str]]:
    """For each code, the fixed words of all texts in the functions and classes that say it."""
    found: dict[str, set[str]] = {}
    codes = sections().keys()
    for module in modules():
        texts = {n.value for n in module.nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        pieces = {text.strip() for text in texts if len(text.strip()) > 7 and " " in text.strip()}
        for code in codes & texts:
            found.setdefault(code, set()).update(pieces)
    return found


def test_every_public_type_of_the_model_that_the_glossary_names_exists() -> None:
    words = page("docs/words.md")
    modules = {path.stem: path.read_text(encoding="utf-8") for path in Path(model.__path__[0]).glob("*.py")}

    for module, name in re.findall(r"`model\.(\w+)\.(\w+)`", words):
        assert re.search(rf"^(class {name}\b|{name}\b.*=)", modules[module], re.M), f"model.{module}.{name}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for path in PAGES:
        text = re.sub(r"^ {4}.*$|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.M)
        targets = re.findall(r"\]\(([^)#:]+)\)", text) + re.findall(r'src="([^":]+)"', text)
        for target in targets:
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_readme_shows_the_picture_the_two_commands_and_the_sentence_first() -> None:
    readme = page("README.md")
    places = [
        readme.index(words)
        for words in (
            "docs/pictures/email.png",
            "python3 bootstrap.py run",
            "python3 bootstrap.py test",
            "**wire**",
            "not do",
        )
    ]

    assert places == sorted(places)
    assert readme[: places[-1]].count("\n") < 45


def test_decisions_are_pages_of_at_most_forty_lines() -> None:
    for path in (ROOT / "docs" / "decisions").glob("*.md"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 40, path.name
