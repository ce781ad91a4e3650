"""The demo's mail server."""

from __future__ import annotations

import socket
from pathlib import Path

from newsletter.demo.mailbox import Mailbox
from newsletter.mail.transports.smtp import SmtpRelay
from newsletter.model.settings import Smtp
from tests.mail.builders import make_letter


def test_letters_lie_in_the_folder_byte_for_byte_and_repeats_are_seen(tmp_path: Path) -> None:
    letters = [make_letter(1), make_letter(2), make_letter(1)]

    with Mailbox(tmp_path / "mailbox") as box:
        smtp = Smtp(host=box.host, port=box.port, security="none")
        with SmtpRelay(smtp, sender="pulse@example.com").connect() as connection:
            replies = [connection.hand_over((letter,))[0] for letter in letters]

    assert [reply.code for reply in replies] == [250] * 3
    assert [path.read_bytes() for path in box.received] == [letter.data for letter in letters]
    first = letters[0].message_id[1:].partition("@")[0]
    assert [path.name for path in box.received][::2] == [f"{first}.eml", f"{first}~2.eml"]


def test_a_mailbox_with_an_open_connection_closes(tmp_path: Path) -> None:
    # Under `filterwarnings = error` a socket or a task left behind fails this test.
    with Mailbox(tmp_path) as box:
        peer = socket.create_connection((box.host, box.port))
        greeting = peer.recv(100)
    after = peer.recv(100)
    peer.close()

    assert greeting.startswith(b"220")
    assert after == b""
