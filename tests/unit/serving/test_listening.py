"""From the moment an address is told, it takes connections, before the server behind it has started."""

import asyncio
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


def test_an_answer_is_sent_at_once_and_does_not_wait_for_what_was_sent_before_to_be_acknowledged():
    async def switched_off() -> int:
        told = asyncio.get_running_loop().create_future()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            told.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        opened = listen("127.0.0.1", 0)
        server = await asyncio.start_server(connected, sock=opened)
        async with server:
            _, client = await asyncio.open_connection(*opened.getsockname())
            found = await asyncio.wait_for(told, 5)
            client.close()
        return found

    assert asyncio.run(switched_off()) == 1
