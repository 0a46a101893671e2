package cmpkit

import (
	"context"
	"log"
	"log/slog"

	"cmpkit.dev/go/internal/raw"
)

// logger hands lines of the library on. Its failures end nothing: they go to the log package.
type logger struct{ to *slog.Logger }

func (l *logger) Log(level int, text string) {
	err := caught(func() error { l.to.Log(context.Background(), slogLevel(level), text); return nil })
	if err != nil {
		log.Printf("cmpkit: the logger failed: %v", err)
	}
}

func slogLevel(level int) slog.Level {
	switch level {
	case raw.CMPKIT_LOG_ERROR:
		return slog.LevelError
	case raw.CMPKIT_LOG_WARNING:
		return slog.LevelWarn
	case raw.CMPKIT_LOG_INFO:
		return slog.LevelInfo
	default:
		return slog.LevelDebug
	}
}

// logLevel is the most detailed level that the logger wants now.
func logLevel(l *slog.Logger) int {
	for _, level := range []int{raw.CMPKIT_LOG_DEBUG, raw.CMPKIT_LOG_INFO, raw.CMPKIT_LOG_WARNING} {
		if l.Enabled(context.Background(), slogLevel(level)) {
			return level
		}
	}
	return raw.CMPKIT_LOG_ERROR
}
