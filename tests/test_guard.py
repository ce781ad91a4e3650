"""The guard of conftest.py: no test reaches another machine."""

from __future__ import annotations

import socket

import pytest

from tests.conftest import NotLoopback


def test_a_socket_to_another_machine_fails_the_test() -> None:
    with socket.socket() as outside, pytest.raises(NotLoopback):
        outside.connect(("192.0.2.1", 80))


def test_a_name_of_another_machine_is_not_resolved() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("feeds.example.com", 443)
