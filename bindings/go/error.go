package cmpkit

import (
	"context"
	"fmt"

	"cmpkit.dev/go/internal/raw"
)

// Error is every failure of the library, part by part. Ask for it by errors.As, and for its kind by errors.Is(err, cmpkit.ErrRejected).
type Error struct {
	Code         Code
	Text         string // one line with all that is known: layer, what, where, detail, clause, causes
	Layer        string // "der", "crypto", "protection", "cmp", "store", "transport", "api"
	Path         string // where in the message or the configuration: "header.recipNonce"; "" where there is none
	Clause       string // "RFC 9483 3.5"; "" where there is none
	Detail       string // what was expected, what came
	Offset       int64  // octets into the message
	FailInfo     int    // bit of PKIFailureInfo (RFC 9810 5.2.3), as the peer said it or would be told; -1: none
	FailInfoName string // "badPOP"; "" where there is none
	Cause        *Error // why it came to this; nil: that is not known
	Own          error  // of the application: what its callback returned (or a *PanicError), or why its context ended; nil: it has no part in this
}

// Error is the line with all that is known.
func (e *Error) Error() string { return "cmpkit: " + e.Text }

// Unwrap leads to what the application said itself and to the cause, so that errors.Is and errors.As find both.
func (e *Error) Unwrap() []error {
	var all []error
	if e.Own != nil {
		all = append(all, e.Own)
	}
	if e.Cause != nil {
		all = append(all, e.Cause)
	}
	return all
}

// Is says whether target is the kind of this error. A deadline is context.DeadlineExceeded as well, and what was cancelled context.Canceled.
func (e *Error) Is(target error) bool {
	of := codes[e.Code].kind
	switch target {
	case context.DeadlineExceeded:
		return of == deadline
	case context.Canceled:
		return of == cancelled
	}
	wanted, is := target.(*kind)
	return is && of != nil && (of == wanted || of.also == wanted)
}

// newError is a failure of this layer itself.
func newError(code Code, format string, arguments ...any) *Error {
	detail := fmt.Sprintf(format, arguments...)
	return &Error{Code: code, Text: "api: " + detail, Layer: "api", Detail: detail, FailInfo: -1}
}

// errorOf reads what C++ tells, and frees it.
func errorOf(failure raw.Failure) *Error {
	defer raw.DeleteFailure(failure)
	e := &Error{
		Code:         Code(failure.Code()),
		Text:         failure.Text(),
		Layer:        failure.Layer(),
		Path:         failure.Path(),
		Clause:       failure.Clause(),
		Detail:       failure.Detail(),
		Offset:       failure.Offset(),
		FailInfo:     failure.Fail_info(),
		FailInfoName: failure.Fail_info_name(),
	}
	if cause := failure.Cause(); cause.Swigcptr() != 0 {
		e.Cause = errorOf(cause)
	}
	return e
}
