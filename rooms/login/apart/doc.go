// Package apart hashes passwords in a process of its own, of a low priority.
//
// A password costs 25 ms of a processor and 19 MiB, on purpose. In the hub's own
// process that is felt by everybody who watches: the scheduler gives a hash ten
// milliseconds at a time, and its memory makes the garbage collector run with each
// log-in. Apart, a hash gets what the pictures leave.
//
// The process is this same program, started when somebody logs in and ended after
// a minute in which nobody did. It reads requests from its input and writes keys
// to its output, as lines of JSON; a password stands in no argument, no variable
// and no file. It ends when its input does, so it does not outlive the hub. If it
// cannot be started, or fails, the hub hashes by itself and says so in its log.
package apart
