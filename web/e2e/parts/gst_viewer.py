"""Watches by WHEP with GStreamer's webrtcbin and tells how many pictures it has decoded.

gst_viewer.py URL TOKEN SECONDS [FROM TO]: UDP port TO stands for FROM in the answer.
"""
import sys
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

url, token, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3])
ports = sys.argv[4:6]
Gst.init(None)
pipe = Gst.Pipeline.new()
rtc = Gst.ElementFactory.make("webrtcbin")
rtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
rtc.set_property("latency", 300)
# By itself it leaves this machine's own address out.
ice = rtc.get_property("ice-agent")
ice.emit("add-local-ip-address", "127.0.0.1")
pipe.add(rtc)
loop = GLib.MainLoop()
counts = {"pictures": 0}


def on_pad(_, pad):
    if pad.direction != Gst.PadDirection.SRC:
        return
    sink = Gst.parse_bin_from_description(
        "rtph264depay ! h264parse ! avdec_h264 ! fakesink name=out sync=false signal-handoffs=true", True)
    sink.get_by_name("out").connect("handoff", lambda *_: counts.update(pictures=counts["pictures"] + 1))
    pipe.add(sink)
    sink.sync_state_with_parent()
    pad.link(sink.get_static_pad("sink"))


def described(kind, text):
    _, sdp = GstSdp.SDPMessage.new_from_text(text)
    return GstWebRTC.WebRTCSessionDescription.new(kind, sdp)


def on_offer(promise, _):
    promise.wait()
    reply = promise.get_reply()  # owns the description
    offer = reply.get_value("offer").sdp.as_text()
    rtc.emit("set-local-description", described(GstWebRTC.WebRTCSDPType.OFFER, offer), None)


def on_gathered(*_):
    if rtc.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
        return
    text = rtc.get_property("local-description").sdp.as_text()
    ask = urllib.request.Request(url, text.encode(), {"Content-Type": "application/sdp", "Authorization": "Bearer " + token})
    answer = urllib.request.urlopen(ask).read().decode()
    if ports:
        lines = [x for x in answer.split("\r\n") if not x.startswith("a=candidate:") or " udp " in x]
        answer = "\r\n".join(x.replace(" %s " % ports[0], " %s " % ports[1]) if x.startswith("a=candidate:") else x for x in lines)
    rtc.emit("set-remote-description", described(GstWebRTC.WebRTCSDPType.ANSWER, answer), None)


def report():
    print(counts["pictures"], flush=True)
    loop.quit()


rtc.connect("pad-added", on_pad)
rtc.connect("notify::ice-gathering-state", on_gathered)
caps = Gst.Caps.from_string(
    "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=96,packetization-mode=(string)1,"
    "profile-level-id=(string)42e01f,rtcp-fb-nack=true,rtcp-fb-nack-pli=true")
way = rtc.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, caps)
way.set_property("do-nack", True)
pipe.set_state(Gst.State.PLAYING)
rtc.emit("create-offer", None, Gst.Promise.new_with_change_func(on_offer, None))
GLib.timeout_add_seconds(seconds, report)
loop.run()
pipe.set_state(Gst.State.NULL)
