"""RTSP cameras by GStreamer, for tests: /VIDEO-AUDIO, such as /h264-aac.

Prints "ready PORT" when it serves. Ends with its standard input.
"""
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

VIDEO = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 bitrate=300 ! video/x-h264,profile=main"
    " ! rtph264pay name=pay0 pt=96",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=10 bitrate=300"
    " ! rtph265pay name=pay0 pt=96",
}
AUDIO = {
    "aac": "audio/x-raw,rate=48000,channels=1 ! avenc_aac ! aacparse ! rtpmp4gpay name=pay1 pt=97",
    "pcma": "audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8",
    "opus": "audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay name=pay1 pt=97",
}


def main():
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    mounts = server.get_mount_points()
    for v, video in VIDEO.items():
        for a, audio in AUDIO.items():
            factory = GstRtspServer.RTSPMediaFactory()
            factory.set_launch(
                "( videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=25/1 ! " + video +
                " audiotestsrc is-live=true ! audioconvert ! audioresample ! " + audio + " )")
            factory.set_shared(False)
            mounts.add_factory(f"/{v}-{a}", factory)
    loop = GLib.MainLoop()
    if server.attach(None) == 0:
        sys.exit("cannot listen")
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    print("ready", server.get_bound_port(), flush=True)
    loop.run()


main()
