package cmpkit

// kind groups codes by what a program would do about them. ErrRejected is also ErrProtocol, ErrDeadline also ErrTransport.
type kind struct {
	words string
	also  *kind
}

func (k *kind) Error() string { return "cmpkit: " + k.words }

var (
	badArgument      = &kind{words: "bad argument"}
	outOfMemory      = &kind{words: "out of memory"}
	badState         = &kind{words: "bad state"}
	unsupported      = &kind{words: "unsupported"}
	notFound         = &kind{words: "not found"}
	cancelled        = &kind{words: "cancelled"}
	inputOutput      = &kind{words: "input or output failed"}
	badConfiguration = &kind{words: "bad configuration"}
	exists           = &kind{words: "exists already"}
	malformed        = &kind{words: "malformed"}
	cryptography     = &kind{words: "key, certificate or signature"}
	protection       = &kind{words: "protection of a message"}
	protocol         = &kind{words: "rules of CMP"}
	rejected         = &kind{words: "rejected by the peer", also: protocol}
	store            = &kind{words: "store"}
	transport        = &kind{words: "transport"}
	deadline         = &kind{words: "deadline", also: transport}
	callback         = &kind{words: "callback failed"}
	internal         = &kind{words: "internal"}
)

// Kinds of errors, for errors.Is.
var (
	ErrBadArgument      error = badArgument      // a parameter cannot be right
	ErrOutOfMemory      error = outOfMemory      // there was not enough of it
	ErrBadState         error = badState         // not now: closed, in use by another goroutine, too early, too late
	ErrUnsupported      error = unsupported      // not by this build, or not with this kind of key
	ErrNotFound         error = notFound         // there is no such thing
	ErrCancelled        error = cancelled        // by a context, by Cancel or by Close; also context.Canceled
	ErrIO               error = inputOutput      // a file could not be read or written
	ErrBadConfiguration error = badConfiguration // the text of a configuration is wrong: Detail names line and key
	ErrExists           error = exists           // there is one already
	ErrMalformed        error = malformed        // DER that cannot be read: Path and Offset say where
	ErrCrypto           error = cryptography     // keys, certificates, their paths and signatures
	ErrProtection       error = protection       // a message is not protected as it must be
	ErrProtocol         error = protocol         // a message breaks a rule of CMP: Clause says which
	ErrRejected         error = rejected         // the peer refused: see FailInfo; also ErrProtocol
	ErrStore            error = store            // the records of a server
	ErrTransport        error = transport        // messages did not get through
	ErrDeadline         error = deadline         // not in time; also ErrTransport and context.DeadlineExceeded
	ErrCallback         error = callback         // a callback of the application failed: Own is what it returned
	ErrInternal         error = internal         // a mistake of the library
)
