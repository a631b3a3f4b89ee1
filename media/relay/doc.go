// Package relay decides which stream a browser gets, and brings the two
// together: the source's main stream if the browser can show it, else its sub
// stream, else (where allowed) a transcoded one, else a refusal that says in
// words what is missing. Sound in AAC becomes Opus.
//
// The choice itself is [Choose], a pure function; [Relay] carries it out.
package relay
