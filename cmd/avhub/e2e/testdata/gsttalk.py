"""GStreamer as a talker: says a tone of 900 Hz through a camera's ONVIF back channel.

Takes the camera's address and a transport (tcp or udp). Ends with its standard input.
"""
import ctypes
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

Gst.init(None)
keep = ctypes.CDLL("libgstreamer-1.0.so.0").gst_mini_object_ref
pipeline = Gst.Pipeline()
source = Gst.ElementFactory.make("rtspsrc")
source.set_property("location", sys.argv[1])
source.set_property("protocols", sys.argv[2])
source.set_property("backchannel", "onvif")
voice = Gst.parse_bin_from_description(
    "audiotestsrc is-live=true freq=900 volume=0.25 samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1"
    " ! mulawenc ! rtppcmupay pt=0 ! appsink name=out emit-signals=true async=false", False)
pipeline.add(source)
channel, ready = [], threading.Event()


def select(_, number, caps):
    if caps.get_structure(0).has_field("a-sendonly"):
        channel.append(number)
    return True


def added(_, pad):
    sink = Gst.ElementFactory.make("fakesink")
    sink.set_property("async", False)
    pipeline.add(sink)
    sink.sync_state_with_parent()
    pad.link(sink.get_static_pad("sink"))
    ready.set()  # the camera sends: it has answered PLAY


def say(out):
    sample = out.emit("pull-sample")
    if channel and ready.is_set():
        # rtspsrc keeps the sample and takes no reference of its own for it.
        keep(ctypes.c_void_p(hash(sample)))
        source.emit("push-backchannel-sample", channel[0], sample)
    return Gst.FlowReturn.OK


source.connect("select-stream", select)
source.connect("pad-added", added)
voice.get_by_name("out").connect("new-sample", say)
pipeline.add(voice)
loop = GLib.MainLoop()


def told(_, message):
    if message.type == Gst.MessageType.ERROR:
        print("error", message.parse_error(), flush=True)
        loop.quit()


bus = pipeline.get_bus()
bus.add_signal_watch()
bus.connect("message", told)
pipeline.set_state(Gst.State.PLAYING)
threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
loop.run()
pipeline.set_state(Gst.State.NULL)
