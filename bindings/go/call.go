package cmpkit

import (
	"context"
	"math"
	"runtime"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// call asks C++, which leaves what went wrong on its thread: so the question for it must come from the same one.
func call(function func()) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	function()
	switch outcome := raw.Outcome(); {
	case outcome == 0:
		return nil
	case outcome < 0:
		return errorOf(raw.Last_failure())
	default:
		return faults.take(outcome)
	}
}

// get is call for a function that brings something.
func get[T any](function func() T) (T, error) {
	var got, none T
	if err := call(func() { got = function() }); err != nil {
		return none, err
	}
	return got, nil
}

// getOctets is get for text of C++ that goes out as octets, such as PEM.
func getOctets(function func() string) ([]byte, error) {
	text, err := get(function)
	if err != nil || text == "" {
		return nil, err
	}
	return []byte(text), nil
}

// await waits for a function that nothing can stop until the context ends; the function then goes on by itself, and what it brings is dropped.
func await[T any](ctx context.Context, function func() (T, error)) (T, error) {
	var none T
	if ctx.Err() != nil {
		return none, ended(ctx)
	}
	if ctx.Done() == nil {
		return function()
	}
	type result struct {
		got T
		err error
	}
	done := make(chan result, 1)
	go func() {
		got, err := function()
		done <- result{got, err}
	}()
	select {
	case r := <-done:
		return r.got, r.err
	case <-ctx.Done():
		return none, ended(ctx)
	}
}

// ended is the error of a context that is over.
func ended(ctx context.Context) *Error {
	e := newError(CodeCancelled, "the context has ended: %v", context.Cause(ctx))
	if ctx.Err() == context.DeadlineExceeded {
		e.Code = CodeDeadline
	}
	e.Own = endOf(ctx)
	return e
}

// byContext says of what ended a run whether it was the context.
func byContext(ctx context.Context, err error) error {
	e, is := err.(*Error)
	if !is || ctx.Err() == nil || e.Own != nil || (e.Code != CodeCancelled && e.Code != CodeDeadline) {
		return err
	}
	whole := ended(ctx)
	if e.Code == whole.Code { // at its deadline a context cancels, which nobody asked for
		whole.Cause = e
		whole.Text += "; because " + e.Text
	}
	return whole
}

// endOf is why a context has ended: its error and, where it is another one, its cause.
func endOf(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != ctx.Err() {
		return &joined{cause, ctx.Err()}
	}
	return ctx.Err()
}

type joined struct{ cause, end error }

func (j *joined) Error() string   { return j.cause.Error() }
func (j *joined) Unwrap() []error { return []error{j.cause, j.end} }

// limit is the shorter one of a duration (0: none) and what is left of the context.
func limit(ctx context.Context, most time.Duration) time.Duration {
	end, is := ctx.Deadline()
	if !is {
		return most
	}
	left := max(time.Until(end), time.Millisecond)
	if most == 0 {
		return left
	}
	return min(left, most)
}

// milliseconds of a duration, rounded up, so that what is short does not become 0: that would mean the default.
func milliseconds(d time.Duration) uint {
	if d <= 0 {
		return 0
	}
	return uint(min((d+time.Millisecond-1)/time.Millisecond, math.MaxUint32))
}

// unix is the time in Unix seconds; the zero time is 0.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
