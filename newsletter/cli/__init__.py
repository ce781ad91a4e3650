"""The command line: reads arguments, opens the newsroom, calls one function, prints one report."""

from __future__ import annotations

import importlib

import click

from newsletter import __version__

#: Command, the module that holds it, and its line in --help, so that help imports none of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("setup", "Make a new workspace in a folder."),
    "demo": ("demo", "Play a whole bundled week, from feeds to letters, on this machine alone."),
    "collect": ("week", "Fetch every feed; keep what is new."),
    "draft": ("week", "Compose the issue and render it; any number of times."),
    "stories": ("stories", "The week's stories, best first."),
    "why": ("stories", "Why a story stands where it stands."),
    "why-not": ("stories", "The rule that keeps a story out, and what would have to change."),
    "check": ("check", "Every remark on the week, for people, programs and pull requests."),
    "preview": ("preview", "The week as readers will see it, in a browser, as you write."),
    "freeze": ("week", "Close the week: fix its news and its takes."),
    "approve": ("week", "Seal exactly the bytes that lie in the week's folder."),
    "diff": ("diff", "What changed since the last draft, or since the approval."),
    "publish": ("week", "Build the web archive."),
    "send": ("sending", "Send one marked test letter: send --test ADDRESS."),
    "deliver": ("delivering", "Send the approved issue to every reader who has not had it."),
    "deliveries": ("sending", "How the letters of a week go, and what one reader got."),
    "skip": ("chief", "Leave a week out; its news and takes go to the next."),
    "hold": ("chief", "Stop a week: nothing is approved or sent until it is released."),
    "correct": ("correct", "Put right what an issue said, after it was sent."),
    "rebuild": ("week", "Make an issue again from its folder."),
    "run": ("running", "Do what is due and not yet done, once."),
    "schedule": ("running", "Stay, and call run at the slots of newsletter.toml."),
    "status": ("chief", "Where the week stands, on one screen; --check for machines."),
    "plan": ("chief", "The next eight weeks: who writes what."),
    "remind": ("remind", "Remind those of this week's rota who have not filed."),
    "serve": ("running", "Answer the unsubscribe links of the letters."),
    "take": ("filing", "File a take on a story."),
    "feeds": ("feeds", "Find, add and try feeds, and see how they are."),
    "import": ("importing", "Read the issues of before: a Jekyll site's posts, or pasted text."),
    "templates": ("templates", "List the templates and what lies over them; copy one to change it."),
    "subscribers": ("subscribers", "Add, import, list and remove readers; choose what they get."),
    "doctor": ("doctor", "Look whether this installation is well: doctor mail."),
    "config": ("setup", "Show the settings in force, or all keys with their meaning."),
}
#: For whom they are, as --help lists them; whoever is in neither is an operator's.
_EDITORS = ("take", "stories", "why", "why-not", "preview", "check")
_CHIEF = (
    "status", "plan", "remind", "draft", "send", "freeze", "approve", "diff", "deliver", "deliveries", "hold", "skip",
    "correct",
)  # fmt: skip


class LazyCommands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"newsletter.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = vars(module).get(cmd_name.replace("-", "_")) or vars(module)[f"{cmd_name}_"]
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        others = tuple(name for name in COMMANDS if name not in (*_EDITORS, *_CHIEF))
        for whose, names in (("Editors", _EDITORS), ("Chief editor", _CHIEF), ("Operators", others)):
            with formatter.section(whose):
                formatter.write_dl([(name, COMMANDS[name][1]) for name in names], col_max=12)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            from newsletter.text import nearest

            near = nearest(name, COMMANDS)
            hint = f' Did you mean "{near}"?' if near else ""
            raise click.UsageError(f'"{name}" is not a command.{hint} See newsletter --help.', ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="newsletter")
def newsletter() -> None:
    """Tech Pulse: a weekly team newsletter, from feeds and takes to a letter in every mailbox.

    \b
    The week, in order:
      newsletter collect     news off the wire
      newsletter draft       across the desk, through the press
      newsletter freeze      the deadline
      newsletter approve     the chief editor's seal
      newsletter publish     into the archive
      newsletter deliver     into the mail
    newsletter run does what of these is due.
    """
