"""A TCP proxy that misbehaves: away, slow, cut off after some bytes, or answering in the server's place."""

import socket
import threading
import time
from contextlib import suppress


class Proxy:
    """Stands before one server; what it does to new connections may be changed at any time."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self.away = False
        self.delay = 0.0
        """Seconds before each piece is passed on, in either direction."""
        self.cut_after = 0
        """Bytes from the client after which the next connection is cut, once; 0: never."""
        self.answer = b""
        """Sent in the server's place."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def drop_all(self) -> None:
        """Cut every connection that is open, as a server does that goes away."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def close(self) -> None:
        """End it."""
        self._listener.close()
        self.drop_all()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        if self.away:
            client.close()
            return
        if self.answer:
            with suppress(OSError):
                client.recv(1 << 16)
                client.sendall(self.answer)
                client.shutdown(socket.SHUT_WR)
                while client.recv(1 << 16):
                    pass
            client.close()
            return
        try:
            server = socket.create_connection(self._target)
        except OSError:
            client.close()
            return
        self._open += [client, server]
        back = threading.Thread(target=self._pass, args=(server, client, False), daemon=True)
        back.start()
        self._pass(client, server, True)
        back.join()

    def _pass(self, source: socket.socket, target: socket.socket, from_client: bool) -> None:
        passed = 0
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                time.sleep(self.delay)
                passed += len(piece)
                if from_client and self.cut_after and passed >= self.cut_after:
                    self.cut_after = 0
                    break
                target.sendall(piece)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
