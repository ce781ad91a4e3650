"""What is judged: the demo, the sample week, the packs, the stress issues and the archives they make. I/O: disk, HTTP

Every letter is a real one, as the mail department writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from newsletter.demo import play as demo
from newsletter.files.folder import write_whole
from newsletter.files.record import read_record, write_record
from newsletter.files.state import write_state
from newsletter.mail.letter.dkim import Keys, load_keys, signatures
from newsletter.mail.letter.letters import write_letter
from newsletter.mail.letter.segments import build_mailing
from newsletter.model.audience import Address, Subscriber
from newsletter.model.issue import Issue
from newsletter.model.settings import Dkim, Mail, Secret
from newsletter.model.week import Week
from newsletter.model.week_state import Frozen, Sent, WeekState
from newsletter.newsroom.room import open_newsroom
from newsletter.newsroom.site.build import build_site
from newsletter.press.render import render
from newsletter.press.variants import VARIANTS, in_variant
from tests.judges.findings import Letter, Site, Subjects
from tests.mail.preflight.mailings import ed25519_pem, rsa_pem
from tests.packs import play as packs
from tests.packs.workspace import read_pack
from tests.press import stress
from tests.press.build import FileTemplates

ROOT = Path(__file__).resolve().parents[2]
_PACKS = ROOT / "tests" / "packs" / "weeks"
_MAIL = Mail(sender="Tech Pulse <pulse@pulse.example.com>")
_READER = Subscriber(
    id=1, key="judge", address=Address("reader@reader.example"), joined=datetime(2024, 1, 1, tzinfo=UTC)
)
_SETTINGS = f"""[publication]
name = "Tech Pulse"
tagline = "The week, read together"
base_url = "{stress.SITE}"
postal_address = "Tech Pulse, 1 Harbour Lane, Exampleton"
[schedule]
freeze = "fri 15:00"
send = "fri 20:00"
[mail]
from = "{_MAIL.sender}"
""" + "".join(f'[[member]]\nid = "{key}"\nname = "{name}"\n' for key, name in stress.MEMBERS.items())


def gather(scratch: Path, wanted: str = "") -> Subjects:
    """Make all whose name holds `wanted` in an empty folder; one that cannot be made keeps none of the others away."""
    letters: list[Letter] = []
    sites: list[Site] = []
    failed: list[tuple[str, str]] = []
    for make in (_demo, _packs, _sample, _stressed):
        try:
            for one in make(scratch):
                if wanted not in one.name:
                    continue
                if isinstance(one, Letter):
                    letters.append(one)
                else:
                    sites.append(one)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is told
            failed.append((make.__name__.strip("_"), f"{type(fault).__name__}: {fault}"))
    return Subjects(letters=tuple(letters), sites=tuple(sites), failed=tuple(failed))


def _demo(scratch: Path) -> Iterator[Letter | Site]:
    root = scratch / "demo"
    played = demo.play(root, on_step=lambda _: None)
    issue = read_record(root, demo.WEEK)
    assert issue is not None
    yield _letter(scratch, "demo", issue, dict(played.files)["a letter"].read_bytes())
    yield _site("demo's archive", root / "site")


def _packs(scratch: Path) -> Iterator[Letter]:
    for folder in sorted(_PACKS.glob("*-w*")):
        root, pack = scratch / folder.name, read_pack(folder)
        packs.play(pack, root)
        issue = read_record(root, pack.week)
        assert issue is not None
        letter = next(iter(sorted((root / "var" / "outbox").glob("*.eml"))))
        yield _letter(scratch, f"pack {folder.name}", issue, letter.read_bytes())


def _sample(scratch: Path) -> Iterator[Letter]:
    issue = read_record(ROOT, Week(2024, 23))
    assert issue is not None
    yield _written(scratch, "sample", issue)
    yield _written(scratch, "sample, signed", issue, keys=_keys())


def _stressed(scratch: Path) -> Iterator[Letter | Site]:
    issues = stress.issues()
    yield from stressed_letters(scratch)
    yield _site("stress archive", _archive(scratch / "stress", tuple(issues.values())))


def stressed_letters(scratch: Path) -> Iterator[Letter]:
    """The letters of the stress issue, of its siblings and of its variants."""
    issues = stress.issues()
    for name, issue in issues.items():
        yield _written(scratch, name, issue)
    for variant in VARIANTS:
        if variant != "full" and (part := in_variant(issues["stress"], variant)) is not None:
            yield _written(scratch, f"stress, {variant} only", part)


def _archive(root: Path, issues: tuple[Issue, ...]) -> Path:
    """The archive of these issues, one a week backwards, and of the first once more in the year before."""
    write_whole(root / "newsletter.toml", _SETTINGS)
    write_whole(root / "feeds.toml", "")
    for image in issues[0].images:
        (root / image.path).parent.mkdir(parents=True, exist_ok=True)
        (root / image.path).write_bytes(stress.picture())
    last = issues[0].week
    dated = [(last.after(-back), issue) for back, issue in enumerate(issues)]
    for number, (week, issue) in enumerate(reversed([*dated, (Week(last.year - 1, last.number), issues[0])]), 1):
        moved = replace(issue, week=week, date=week.monday, number=number)
        write_record(root, moved)
        closed = datetime.combine(week.monday, datetime.min.time(), UTC)
        frozen = Frozen(at=closed, run_at=closed, window_start=closed, window_end=closed)
        sent = Sent(started=closed, finished=closed, accepted=1)
        write_state(root, week, WeekState(frozen=frozen, sent=sent))
    room = open_newsroom(root, environ={"NEWSLETTER_SECRET": "a key of the judges, and of nothing else"})
    build_site(room)
    return root / "site"


def _keys() -> Keys:
    """Of both algorithms, for the sender's domain."""
    pems = (Secret(pem().decode()) for pem in (rsa_pem, ed25519_pem))
    dkim = Dkim(rsa_selector="r", ed25519_selector="e", rsa_key=next(pems), ed25519_key=next(pems))
    return load_keys(dkim, sender=_MAIL.sender)


def _written(scratch: Path, name: str, issue: Issue, keys: Keys | None = None) -> Letter:
    """The issue rendered now, as one reader gets it; with keys, signed."""
    made, now = render(issue, templates=FileTemplates()), datetime.now(UTC)
    mailing = build_mailing(
        week=issue.week,
        variant=made.variant,
        subject=issue.subject,
        mail=_MAIL,
        wording=issue.wording,
        html=made.email_html,
        text=made.email_text,
        date=now,
        signatures=signatures(keys, now) if keys else (),
    )
    return _letter(scratch, name, issue, write_letter(mailing, _READER, secret="a key of the judges", keys=keys).data)


def _letter(scratch: Path, name: str, issue: Issue, data: bytes) -> Letter:
    folder = scratch / "letters"
    folder.mkdir(exist_ok=True)
    file = folder / f"{name.replace(',', '').replace(' ', '-')}.html"
    letter = Letter(name=name, issue=issue, data=data, html=file, earnest=name != "hostile")
    file.write_text(letter.part("html"), encoding="utf-8")
    return letter


def _site(name: str, root: Path) -> Site:
    """Of every kind of page the largest; kinds are told by their place."""
    kinds: dict[str, Path] = {}
    for page in sorted(root.rglob("*.html"), key=lambda page: page.stat().st_size):
        parts = page.relative_to(root).parts
        kinds["/".join((parts[0], "*" if len(parts) > 2 else "", parts[-1]))] = page
    issues = sorted((root / "issues").glob("*/index.html"))
    return Site(name=name, root=root, pages=tuple(sorted({*kinds.values(), *issues})))
