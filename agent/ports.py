"""Ports of this machine: picking free ones, and saying who holds a taken one."""

from __future__ import annotations

import socket
from typing import Final, Literal

from agent.errors import PortInUse

Protocol = Literal["tcp", "udp"]

_KINDS: Final = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


def free_port(host: str, protocol: Protocol = "tcp") -> int:
    """A port that is free at this moment; whoever binds it next should be quick."""
    with socket.socket(_family(host), _KINDS[protocol]) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(host: str, port: int, protocol: Protocol = "tcp") -> bool:
    """Whether a server could bind this port."""
    with socket.socket(_family(host), _KINDS[protocol]) as probe:
        if protocol == "tcp":
            # Servers set the same, so that connections of an earlier run in TIME_WAIT do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def require_free(host: str, port: int, protocol: Protocol, setting: str) -> None:
    """Raise `PortInUse` naming the port, its holder and the setting when the port is taken."""
    if is_free(host, port, protocol):
        return
    holder = port_holder(port, protocol)
    raise PortInUse(
        f"{protocol.upper()} port {port} is in use{f' by {holder}' if holder else ''}.",
        f"Stop that process, or set {setting} to another port (0 picks a free one).",
    )


def port_holder(port: int, protocol: Protocol = "tcp") -> str | None:
    """Name and pid of the process that holds a port, or None where the system does not tell."""
    import psutil

    try:
        connections = psutil.net_connections(kind=protocol)
    except psutil.AccessDenied:
        return None
    for connection in connections:
        listens = protocol == "udp" or connection.status == psutil.CONN_LISTEN
        if listens and connection.laddr and connection.laddr.port == port and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                return None
    return None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
