"""Stands between clients and a server, and keeps the octets of both directions in their order."""
import selectors
import socket
import threading


class Recorder:
    """Listens at `address`, passes everything on to the server's address, one connection after the other."""

    def __init__(self, server):
        host, port = server.rsplit(":", 1)
        self._server = (host, int(port))
        self._chunks = []  # (is it of the client, octets)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._relay_each, daemon=True).start()

    def close(self):
        # Closing alone does not wake a thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def octets(self):
        return b"".join(octets for _, octets in self._chunks)

    def hex_dump(self):
        """As text2pcap -D reads it: a packet a chunk, O from the client, I from the server."""
        return "".join(f"{'O' if is_of_client else 'I'}\n0000 {octets.hex(' ')}\n" for is_of_client, octets in self._chunks)

    def _relay_each(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            with client, socket.create_connection(self._server) as server:
                self._relay(client, server)

    def _relay(self, client, server):
        with selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ, (True, server))
            ready.register(server, selectors.EVENT_READ, (False, client))
            while True:
                for source, _ in ready.select():
                    is_of_client, sink = source.data
                    octets = source.fileobj.recv(4096)
                    if not octets:
                        return
                    self._chunks.append((is_of_client, octets))
                    sink.sendall(octets)
