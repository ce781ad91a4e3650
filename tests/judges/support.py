"""Can I email: what the letters use and some mail programs ignore, against the list in docs/. I/O: disk, subprocess"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.judges.findings import Finding, Subjects
from tests.judges.markup import MODULES, node, require

LIST = Path(__file__).resolve().parents[2] / "docs" / "mail-support.md"
#: Those that readers have, by family, as Can I email names them.
CLIENTS: Mapping[str, tuple[str, ...]] = {
    "Gmail": ("gmail.android", "gmail.desktop-webmail", "gmail.ios", "gmail.mobile-webmail"),
    "Outlook": (
        "outlook.android",
        "outlook.ios",
        "outlook.macos",
        "outlook.outlook-com",
        "outlook.windows",
        "outlook.windows-mail",
    ),
    "Apple Mail": ("apple-mail.ios", "apple-mail.macos"),
    "Yahoo": ("yahoo.android", "yahoo.desktop-webmail", "yahoo.ios"),
}
_ROW = re.compile(r"^\| `?([^|`]+?)`? \| ([^|]+?) \| ([^|]+?) \|$", re.M)


def listed(text: str) -> dict[str, tuple[tuple[str, ...], str]]:
    """Features of the list with the families that ignore them and the reason why that is harmless."""
    rows = _ROW.findall(text)
    return {
        feature: (tuple(family.strip() for family in families.split(",")), reason)
        for feature, families, reason in rows
        if feature != "Feature" and not set(feature) <= set("-: ")
    }


def can_i_email(subjects: Subjects) -> Sequence[Finding]:
    """Features that a family's programs do not support at all and that the list does not explain."""
    require(MODULES / "caniemail")
    explained = listed(LIST.read_text(encoding="utf-8"))
    family_of = {client: family for family, clients in CLIENTS.items() for client in clients}
    names = {str(letter.html): letter.name for letter in subjects.letters}
    found: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in names.values()}
    for one in node("support.mjs", {"clients": list(family_of), "files": list(names)}):
        for feature in one["features"]:
            found[names[one["file"]]][feature].add(family_of[one["client"]])
    findings = [
        Finding(
            judge="can i email",
            subject=name,
            figure=f"{len(features)} listed",
            faults=tuple(
                f"{feature}: ignored by {family}, and docs/mail-support.md does not say why that is harmless"
                for feature, families in sorted(features.items())
                for family in sorted(families - set(explained.get(feature, ((), ""))[0]))
            ),
        )
        for name, features in found.items()
    ]
    if "stress" in found:
        findings.append(_list_itself(explained, found))
    return findings


def _list_itself(
    explained: Mapping[str, tuple[tuple[str, ...], str]], found: Mapping[str, Mapping[str, object]]
) -> Finding:
    """Rows that no letter needs: a short list is read, a long one is not."""
    unused = [feature for feature in explained if not any(feature in features for features in found.values())]
    return Finding(
        judge="can i email",
        subject="docs/mail-support.md",
        figure=f"{len(explained)} rows",
        faults=tuple(f"{feature}: no letter uses it any more" for feature in unused),
    )
