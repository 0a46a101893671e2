// Package cmpkit gets, updates and revokes certificates by the Certificate Management Protocol (CMP: RFC 9810, RFC 9483), and holds an authority that issues
// them: a CA or an RA in the program itself. It stands on the library cmpkit and its plugins, which carry messages over HTTP, CoAP, files and others.
//
// A device begins with a [Client]: a URL, [Credentials] that say who it is, and a [Trust] that says whose answers count.
//
//	client := &cmpkit.Client{URL: "http://127.0.0.1:8080", Credentials: credentials, Trust: trust}
//	issued, err := client.Enroll(ctx, cmpkit.EnrollOptions{Key: key, Subject: "/CN=dev1"})
//
// An authority is a [Responder], made of one configuration text. A [Listener] serves it over any transport, a [Handler] within a net/http server, and [Responder.Answer]
// alone: octets in, octets out.
//
// # Errors
//
// Every failure of the library is an [*Error]. Its kind is asked by errors.Is(err, cmpkit.ErrRejected), its parts by errors.As. What a callback returned and why a
// context ended are found by errors.Is and errors.As as well.
//
// # Goroutines and closing
//
// Everything but [Operation] is for any number of goroutines. Close is never needed for memory, as the garbage collector frees what nobody refers to; it frees
// at once, ends an operation under way, and wipes keys and secrets. What is used after Close is [ErrBadState]. Methods take a context where they block: when it
// ends, so does the operation.
package cmpkit
