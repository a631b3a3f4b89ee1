"""A way that takes time: a UDP relay in front of a port of its own machine.

slow_way.py ADDRESS PORT MILLISECONDS: prints the port that stands for PORT. Each packet
takes the time in each direction; nothing is lost.
"""
import asyncio
import sys

address, port, delay = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) / 1000


class Back(asyncio.DatagramProtocol):
    """Takes what comes back for one user."""

    def __init__(self, near, user):
        self.near, self.user = near, user

    def datagram_received(self, data, _):
        asyncio.get_running_loop().call_later(delay, self.near.sendto, data, self.user)


class Near(asyncio.DatagramProtocol):
    """Takes what users send; the other side tells them apart by the port that it sees."""

    def connection_made(self, transport):
        self.transport, self.ways = transport, {}

    def datagram_received(self, data, user):
        asyncio.get_running_loop().create_task(self.on(data, user))

    async def on(self, data, user):
        loop = asyncio.get_running_loop()
        if user not in self.ways:
            self.ways[user] = loop.create_task(loop.create_datagram_endpoint(lambda: Back(self.transport, user), remote_addr=(address, port)))
        way, _ = await self.ways[user]
        loop.call_later(delay, way.sendto, data)


async def main():
    near, _ = await asyncio.get_running_loop().create_datagram_endpoint(Near, local_addr=(address, 0))
    print(near.get_extra_info("sockname")[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until whoever started it is gone


asyncio.run(main())
