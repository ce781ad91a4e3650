"""The pages cannot rot: commands, keys, errors, remarks, words and links are held against the code."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import click
import pytest

from newsletter import errors, model
from newsletter.cli import COMMANDS, newsletter
from newsletter.config.keys import KEYS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


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

    for line in re.findall(r"newsletter [a-z]+[^\n`|]*", everything()):
        name = line.split()[1]
        for option in re.findall(r"(?<=\s)--[a-z-]+", line):
            assert option in options.get(name, {option}), f"{option} in: {line}"


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_every_key_of_newsletter_toml_is_documented_with_its_default_and_meaning(key: object) -> None:
    path, default, meaning = (getattr(key, name) for name in ("path", "default", "meaning"))
    row = next((line for line in page("docs/operators.md").splitlines() if line.startswith(f"| `{path}` |")), "")

    assert meaning in row
    assert default in row


def test_every_exit_code_is_documented() -> None:
    codes = {kind.exit_code for _, kind in inspect.getmembers(errors, inspect.isclass)}

    listed = re.search(r"Exit codes: (.*?)\n-", page("docs/operators.md"), re.S)

    assert listed is not None
    assert codes <= {int(code) for code in re.findall(r"\b(\d+)\b", listed[1])}


def remark_codes() -> set[str]:
    """Every code that the code can say: the fourth argument of a Remark, or the string a method hands on as one."""
    codes = set()
    for path in sorted((ROOT / "newsletter").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                ("Remark", "_remark", "_held", ".error", ".warning", ".notice", "_error", "_say", "say", "_fault")
            ):
                direct = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                codes.update(s for s in direct if re.fullmatch(r"[a-z]+(-[a-z]+)*", s))
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("code"):
                strings = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
                codes.update(s for s in strings if re.fullmatch(r"[a-z]+(-[a-z]+)+", s))
    return codes - {"error", "warning", "notice"}


def test_every_remark_is_documented_for_editors_or_operators() -> None:
    pages = page("docs/editors.md") + page("docs/operators.md")

    missing = sorted(code for code in remark_codes() if f"`{code}`" not in pages)

    assert missing == []


def test_every_public_type_of_the_model_that_the_glossary_names_exists() -> None:
    words = page("docs/words.md")
    modules = {path.stem: path.read_text(encoding="utf-8") for path in Path(model.__path__[0]).glob("*.py")}

    for module, name in re.findall(r"`model\.(\w+)\.(\w+)`", words):
        assert re.search(rf"^(class {name}\b|{name}\b.*=)", modules[module], re.M), f"model.{module}.{name}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for path in PAGES:
        text = re.sub(r"`[^`]*`", "", path.read_text(encoding="utf-8"))
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
