"""Letters that could not leave are told where people look, and are not approved: not at the last hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.checking import check
from newsletter.errors import NotReady
from newsletter.model.remarks import Remark
from newsletter.newsroom.templates.listing import shipped_folder
from newsletter.pipeline import approve, draft, freeze
from tests.room import FREEZE, WEEK, Workspace, workspace

HTML, TEXT = "templates/email.html.j2", "templates/email.txt.j2"
LINK = '<a href="@@UNSUBSCRIBE@@">Unsubscribe</a>'


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path) as space:
        yield space


def own(space: Workspace, name: str, old: str, new: str) -> None:
    """A template of the workspace's own, which says something else at one place."""
    shipped = (shipped_folder() / name.removeprefix("templates/")).read_text(encoding="utf-8")
    assert old in shipped
    space.write(name, shipped.replace(old, new))


def based_at(space: Workspace, base_url: str) -> None:
    publication = space.room.settings.publication
    wording = replace(publication.wording, base_url=base_url)
    settings = replace(space.room.settings, publication=replace(publication, wording=wording))
    space.room = replace(space.room, settings=settings)


def told(space: Workspace) -> list[Remark]:
    return [one for one in check(space.room, WEEK, space.store).remarks if one.code == "preflight"]


def test_of_letters_that_can_leave_nothing_is_said(space: Workspace) -> None:
    assert told(space) == []


def test_a_template_that_hides_the_way_out_is_told_when_the_week_is_checked(space: Workspace) -> None:
    own(space, HTML, LINK, f'<span style="display:none">{LINK}</span>')

    (said,) = told(space)

    assert str(said) == (
        f"issues/{WEEK}: error [preflight] The letters could not leave. "
        "The HTML part shows no link to unsubscribe. (P7-way-out)\n"
        "    Show @@UNSUBSCRIBE@@, unhidden, in the footer of templates/email.html.j2."
    )


def test_what_could_not_leave_is_not_approved_and_is_once_it_is_mended(space: Workspace) -> None:
    own(space, HTML, LINK, f"<!-- {LINK} -->")
    freeze(space.room, WEEK, space.store, early=True)

    with pytest.raises(NotReady, match="P7-way-out"):
        approve(space.room, WEEK, by="yoga")

    assert not (space.folder() / "seal.json").exists()

    (space.root / HTML).unlink()
    draft(space.room, WEEK, space.store)
    approve(space.room, WEEK, by="yoga")


def test_every_variant_is_looked_at_before_it_is_approved(space: Workspace) -> None:
    settings = space.room.settings
    offered = replace(settings, mail=replace(settings.mail, variants=("full", "news")))
    space.room = replace(space.room, settings=offered)
    where = "{% if issue.explainer %}"
    space.write(f"issues/{WEEK}/explainer.md", "# A topic\n\nSomething explained in a few words.\n")
    own(space, TEXT, "@@UNSUBSCRIBE@@", f"{where}@@UNSUBSCRIBE@@{{% else %}}x@@UNSUBSCRIBE@@{{% endif %}}")
    own(space, HTML, LINK, f"{where}{LINK}{{% else %}}<b hidden>{LINK}</b>{{% endif %}}")
    freeze(space.room, WEEK, space.store, early=True)

    with pytest.raises(NotReady) as refused:
        approve(space.room, WEEK, by="yoga")

    assert f"{WEEK} news: error [P7-way-out]" in str(refused.value)
    assert f"{WEEK} full" not in str(refused.value)


def test_a_site_that_no_header_takes_is_told_as_a_fault_of_the_settings(space: Workspace) -> None:
    based_at(space, "https://bücher.example")

    (said,) = told(space)

    assert (said.path, said.level) == ("newsletter.toml", "error")
    assert "base_url" in said.what
    assert "xn--" in said.mend[0]


def test_a_site_without_tls_is_told_and_keeps_nobody_from_approving_for_the_archive(space: Workspace) -> None:
    based_at(space, "http://wiki.example")
    freeze(space.room, WEEK, space.store, early=True)

    (said,) = told(space)
    approve(space.room, WEEK, by="yoga")

    assert (said.path, said.level) == ("newsletter.toml", "warning")
    assert "https" in said.mend[0]


def test_a_link_out_of_somebodys_letter_is_told_and_not_approved(space: Workspace) -> None:
    space.take("pasted", "As I read in https://pulse.example.com/unsubscribe/abcdefgh, it is so.")
    freeze(space.room, WEEK, space.store, early=True)

    with pytest.raises(NotReady, match="P7-way-out"):
        approve(space.room, WEEK, by="yoga")

    assert [one.level for one in told(space)] == ["error"]


def test_of_letters_that_have_left_nothing_is_said(space: Workspace) -> None:
    space.add("ada")
    space.send()
    own(space, HTML, LINK, f"<!-- {LINK} -->")

    assert told(space) == []


def test_by_itself_no_week_is_approved_that_could_not_leave(tmp_path: Path) -> None:
    with workspace(tmp_path, at=FREEZE, settings={"SCHEDULE__AUTO_SEND": "true"}) as space:
        space.add("ada")
        own(space, HTML, LINK, f"<!-- {LINK} -->")

        done = space.ran_at(FREEZE)

        assert [(one.stage, one.result) for one in done if one.stage == "approve"] == [("approve", "failed")]
        assert any("P7-way-out" in alarm for alarm in space.post.alarms)
        assert space.post.readers == []
