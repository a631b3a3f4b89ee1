"""A device with a loudspeaker by GStreamer's ONVIF server, for tests: /device.

Takes the name of a file that what is said goes to: 16-bit samples at 8 kHz. Prints
"ready PORT" when it serves. Ends with its standard input.
"""
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def main():
    Gst.init(None)
    server = GstRtspServer.RTSPOnvifServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    mounts = server.get_mount_points()
    factory = GstRtspServer.RTSPOnvifMediaFactory()
    factory.set_launch(
        "( videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1"
        " ! x264enc tune=zerolatency speed-preset=ultrafast ! rtph264pay name=pay0 pt=96"
        " audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay name=pay1 )")
    factory.set_backchannel_launch(
        "( capsfilter caps=application/x-rtp,media=audio,payload=0,clock-rate=8000,encoding-name=PCMU"
        " name=depay_backchannel ! rtppcmudepay ! mulawdec ! audio/x-raw,format=S16LE"
        f" ! filesink location={sys.argv[1]} async=false sync=false buffer-mode=unbuffered )")
    factory.set_shared(False)
    factory.set_media_gtype(GstRtspServer.RTSPOnvifMedia.__gtype__)
    mounts.add_factory("/device", factory)
    plain = GstRtspServer.RTSPMediaFactory()
    plain.set_launch("( videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1"
                     " ! x264enc tune=zerolatency speed-preset=ultrafast ! rtph264pay name=pay0 pt=96 )")
    mounts.add_factory("/plain", plain)
    loop = GLib.MainLoop()
    if server.attach(None) == 0:
        sys.exit("cannot listen")
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    print("ready", server.get_bound_port(), flush=True)
    loop.run()


main()
