"""Ports: free ones, taken ones, and who has them."""

from __future__ import annotations

import os
import socket

import pytest

from agent.errors import PortInUse
from agent.ports import Protocol, free_port, is_free, port_holder, require_free

HOST = "127.0.0.1"
KINDS: dict[Protocol, socket.SocketKind] = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_picked_port_is_free(protocol: Protocol) -> None:
    assert is_free(HOST, free_port(HOST, protocol), protocol)


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_taken_port_is_told_with_its_holder_and_its_setting(protocol: Protocol) -> None:
    with socket.socket(socket.AF_INET, KINDS[protocol]) as taken:
        taken.bind((HOST, 0))
        if protocol == "tcp":
            taken.listen()
        port = taken.getsockname()[1]
        assert str(os.getpid()) in (port_holder(port, protocol) or "")
        with pytest.raises(
            PortInUse, match=rf"{protocol.upper()} port {port} is in use by .*pid {os.getpid()}"
        ) as caught:
            require_free(HOST, port, protocol, "VIVA_WEB_PORT")
        assert "VIVA_WEB_PORT" in caught.value.next_step


def test_a_port_whose_connections_wait_is_free() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((HOST, 0))
        server.listen()
        port = server.getsockname()[1]
        client.connect((HOST, port))
        accepted, _ = server.accept()
        accepted.close()
    assert is_free(HOST, port)
