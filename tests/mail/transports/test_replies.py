"""Lines from a relay, and what has come unasked."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from newsletter.mail.transports.replies import Replies


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, Replies]]:
    near, far = socket.socketpair()
    near.settimeout(5)
    with near, far:
        yield far, Replies(near)


def test_a_line_that_is_whole_comes_before_one_that_is_too_long(ends: tuple[socket.socket, Replies]) -> None:
    far, replies = ends

    far.sendall(b"250 Ok\r\n" + b"x" * 200)

    assert replies.readline(100) == b"250 Ok\r\n"


def test_lines_come_one_by_one_however_they_were_cut(ends: tuple[socket.socket, Replies]) -> None:
    far, replies = ends

    far.sendall(b"250 Ok\r\n250 ")
    first = replies.readline(100)
    far.sendall(b"Ok\r\n\r\n354 Go on\r\n")
    rest = [replies.readline(100) for _ in range(3)]

    assert [first, *rest] == [b"250 Ok\r\n", b"250 Ok\r\n", b"\r\n", b"354 Go on\r\n"]


def test_the_end_of_the_connection_is_an_empty_line_behind_what_was_begun(
    ends: tuple[socket.socket, Replies],
) -> None:
    far, replies = ends
    far.sendall(b"250 O")
    far.close()

    assert [replies.readline(100), replies.readline(100)] == [b"250 O", b""]


def test_a_line_without_end_is_given_up_at_the_limit(ends: tuple[socket.socket, Replies]) -> None:
    far, replies = ends
    far.sendall(b"2" * 200)

    assert len(replies.readline(100)) >= 100


def test_nothing_waits_where_everything_was_read(ends: tuple[socket.socket, Replies]) -> None:
    far, replies = ends

    before = replies.waiting()
    far.sendall(b"250 Ok\r\n")
    replies.readline(100)

    assert (before, replies.waiting()) == (None, None)


@pytest.mark.parametrize("said", [b"421 Closing\r\n", b"421 Clo", b"\n"])
def test_what_was_said_unasked_is_seen_and_can_still_be_read(ends: tuple[socket.socket, Replies], said: bytes) -> None:
    far, replies = ends
    far.sendall(said)
    far.shutdown(socket.SHUT_WR)

    seen = replies.waiting()

    assert seen
    assert replies.readline(100) == said


def test_a_second_reply_in_one_segment_is_seen(ends: tuple[socket.socket, Replies]) -> None:
    far, replies = ends
    far.sendall(b"250 Ok\r\n421 Closing\r\n")

    replies.readline(100)

    assert replies.waiting() == b"421 Closing\r\n"


def test_the_end_of_the_connection_waits_too(ends: tuple[socket.socket, Replies]) -> None:
    far, replies = ends
    far.shutdown(socket.SHUT_WR)

    assert replies.waiting() == b""


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        (b"250 Ok\r\n", True),
        (b"250\r\n", True),
        (b"250-relay.example\r\n250-SIZE\r\n250 HELP\r\n", True),
        (b"550-5.7.1 No\r\n250 Ok\r\n", False),
        (b"250 Ok", False),
        (b"2500 Ok\r\n", False),
        (b"+25 Ok\r\n", False),
    ],
)
def test_a_reply_has_one_code_and_an_end(ends: tuple[socket.socket, Replies], said: bytes, is_one: bool) -> None:
    far, replies = ends
    far.sendall(said)
    far.close()

    for _ in said.splitlines():
        replies.readline(100)

    assert replies.are_one_reply() is is_one
