"""The reader's door of a workspace: what its letters promise, it answers."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from newsletter.mail.letter.tokens import unsubscribe_address
from newsletter.newsroom.letters.mailings import readers_secret
from newsletter.web.door import door
from tests.pictures import drawn
from tests.room import workspace

UNDER_A_PATH = {"PUBLICATION__BASE_URL": "https://example.com/our%20news"}


def test_the_link_of_a_letter_holds_behind_a_server_that_hands_the_whole_path_on(tmp_path: Path) -> None:
    with workspace(tmp_path, settings=UNDER_A_PATH) as space:
        space.add("ada")
        base_url = space.room.settings.publication.wording.base_url
        link = unsubscribe_address(base_url, readers_secret(space.room), space.key("ada"))

        with TestClient(door(space.room, space.store)) as reader:
            asked, left = reader.get(urlsplit(link).path), reader.post(urlsplit(link).path)

        assert (asked.status_code, left.status_code) == (200, 200)
        assert space.store.subscribers.count("left") == 1


def test_the_page_that_ends_a_subscription_names_no_picture_since_it_may_load_none(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(drawn())
    with (
        workspace(tmp_path, settings={"THEME__LOGO": "logo.png"} | UNDER_A_PATH) as space,
        TestClient(door(space.room, space.store)) as reader,
    ):
        page = reader.get("/unsubscribe/nobody")

    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<img" not in page.text
    assert "Pulse of the Tests" in page.text


def test_a_mistake_in_a_template_keeps_no_reader_on_the_list_and_is_heard(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with workspace(tmp_path) as space:
        space.write("templates/pages/unsubscribe.html.j2", "{{ nothing }}\n")
        space.add("ada")
        link = unsubscribe_address("", readers_secret(space.room), space.key("ada"))

        with TestClient(door(space.room, space.store)) as reader:
            asked, left = reader.get(link), reader.post(link)

        assert (asked.status_code, left.status_code) == (200, 200)
        assert '<form method="post"' in asked.text
        assert space.store.subscribers.count("left") == 1
        assert "templates/pages/unsubscribe.html.j2:1: 'nothing' is undefined" in caplog.text
