"""Letters into a folder."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from newsletter.errors import CannotWrite
from newsletter.mail.transports.outbox import OutboxRelay
from tests.mail.builders import make_letter


def test_a_letter_becomes_a_file_byte_for_byte(tmp_path: Path) -> None:
    letter = make_letter()

    with OutboxRelay(tmp_path / "var" / "outbox").connect() as connection:
        (reply,) = connection.hand_over((letter,))

    [file] = (tmp_path / "var" / "outbox").iterdir()
    assert file.name == letter.message_id[1:].partition("@")[0] + ".eml"
    assert file.read_bytes() == letter.data
    assert reply.code == 250


def test_a_repeat_replaces_itself(tmp_path: Path) -> None:
    with OutboxRelay(tmp_path).connect() as connection:
        connection.hand_over((make_letter(1),))
        connection.hand_over((make_letter(2),))
        connection.hand_over((make_letter(1),))

    assert len(list(tmp_path.iterdir())) == 2


def test_several_letters_in_one_call_are_answered_in_their_order(tmp_path: Path) -> None:
    letters = [make_letter(number) for number in (2, 1, 3)]

    with OutboxRelay(tmp_path).connect() as connection:
        replies = connection.hand_over(letters, ahead=make_letter(4))

    assert [reply.text for reply in replies] == [letter.message_id[1:].partition("@")[0] + ".eml" for letter in letters]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_full_disk_keeps_the_letter_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    with OutboxRelay(tmp_path).connect() as connection:
        connection.hand_over((make_letter(),))
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(CannotWrite, match="No space left") as fault:
            connection.hand_over((make_letter(),))

    assert [file.read_bytes() for file in tmp_path.iterdir()] == [make_letter().data]
    assert "Make room" in fault.value.mend


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")

    with pytest.raises(CannotWrite, match="outbox"), OutboxRelay(tmp_path / "outbox" / "x").connect():
        pass


def test_no_message_id_leads_out_of_the_folder(tmp_path: Path) -> None:
    with OutboxRelay(tmp_path / "outbox").connect() as connection:
        connection.hand_over((replace(make_letter(), message_id="<../../etc/x@example.com>"),))

    assert [file.name for file in (tmp_path / "outbox").iterdir()] == [".._.._etc_x.eml"]
