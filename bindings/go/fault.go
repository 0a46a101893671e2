package cmpkit

import (
	"errors"
	"fmt"
	"log"
	"runtime/debug"
	"sync"

	"cmpkit.dev/go/internal/raw"
)

// PanicError is a panic of a callback, on its way back to whoever called the library. A server's goes to its OnError.
type PanicError struct {
	Value any    // what panic was called with
	Stack []byte // where, as debug.Stack writes it
}

// Error tells the value; the stack is apart.
func (p *PanicError) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Unwrap is the value if it is an error, else nil.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// faults are failures of callbacks that C++ carries by their number, since Go's values cannot go through it.
var faults = faultTable{waiting: map[int64]*Error{}}

type faultTable struct {
	lock    sync.Mutex
	last    int64
	waiting map[int64]*Error
}

func (t *faultTable) put(fault *Error) int64 {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.last++
	t.waiting[t.last] = fault
	return t.last
}

func (t *faultTable) take(number int64) error {
	t.lock.Lock()
	defer t.lock.Unlock()
	fault := t.waiting[number]
	delete(t.waiting, number)
	if fault == nil {
		return newError(CodeInternal, "a callback failed, and nobody knows how")
	}
	return fault
}

// caught runs a callback of the application; a panic becomes an error.
func caught(function func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{Value: value, Stack: debug.Stack()}
		}
	}()
	return function()
}

// answer runs a callback whose failure is brought back by the call of the same thread. name: for people.
func answer(name string, function func() error) {
	err := caught(function)
	if err == nil {
		return
	}
	fault := newError(CodeCallbackFailed, "the callback %s failed: %v", name, err)
	fault.Own = err
	number := faults.put(fault)
	if raw.Fail_callback(number) {
		return
	}
	_ = faults.take(number)
	if !raw.Somebody_waits() {
		log.Print(fault)
	}
}

// answerApart runs a callback of a server, which goes on whatever happens. The requester is told what Refused and Later say; anything else is reported.
func answerApart(report func(error), name string, told raw.Sink, function func() error) {
	err := caught(function)
	if err == nil {
		return
	}
	if told != nil {
		if err = tell(told, err); err == nil {
			return
		}
	}
	raw.Fail_callback(0)
	fault := newError(CodeCallbackFailed, "the callback %s failed: %v", name, err)
	fault.Own = err
	_ = caught(func() error { report(fault); return nil })
}

// tell puts a word for the requester where it belongs. What is none comes back.
func tell(sink raw.Sink, err error) error {
	var refused *Refused
	var later *Later
	switch {
	case errors.As(err, &refused):
		return call(func() { sink.Refuse(refused.Text) })
	case errors.As(err, &later):
		return call(func() { sink.Later(seconds(later.After), later.Reason) })
	}
	return err
}
