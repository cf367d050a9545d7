"""From the moment an address is told, it takes connections, before the server behind it has started."""

import socket

import pytest

from ecomintent.errors import InputError
from ecomintent.serving.running import listen


def test_an_address_takes_connections_as_soon_as_it_is_known():
    with listen("127.0.0.1", 0) as opened, socket.create_connection(opened.getsockname(), timeout=5) as client:
        taken, peer = opened.accept()
        with taken:
            assert peer == client.getsockname()


def test_an_address_that_is_told_to_one_server_is_refused_to_a_second():
    with listen("127.0.0.1", 0) as opened, pytest.raises(InputError, match="cannot listen there"):
        listen("127.0.0.1", opened.getsockname()[1])
