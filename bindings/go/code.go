package cmpkit

// Code says what went wrong, one number for each cause: 0 or one of the negative codes of cmpkit.h, which are grouped by layer and never renumbered.
type Code int32

// The codes of cmpkit.h.
const (
	CodeBadArgument         Code = -1
	CodeMemory              Code = -2
	CodeBadState            Code = -3
	CodeUnsupported         Code = -4
	CodeNotFound            Code = -5
	CodeCancelled           Code = -6
	CodeIO                  Code = -7
	CodeBadConfiguration    Code = -8
	CodeExists              Code = -9
	CodeTruncated           Code = -20 // DER
	CodeBadLength           Code = -21
	CodeBadTag              Code = -22
	CodeMissing             Code = -23
	CodeUnexpected          Code = -24
	CodeBadValue            Code = -25
	CodeDefaultEncoded      Code = -26
	CodeEmptyList           Code = -27
	CodeTooDeep             Code = -28
	CodeTooLarge            Code = -29
	CodeBadKey              Code = -40 // keys and certificates
	CodeBadCertificate      Code = -41
	CodeSignatureMismatch   Code = -42
	CodeSignerNotTrusted    Code = -43
	CodeCertificateExpired  Code = -44
	CodeCertificateRevoked  Code = -45
	CodeSigningFailed       Code = -46
	CodeCryptoFailed        Code = -47
	CodeStatusUnknown       Code = -48 // whether a certificate is revoked
	CodeProtectionMissing   Code = -60 // protection of messages
	CodeProtectionMismatch  Code = -61
	CodeAlgorithmRefused    Code = -62
	CodeWrongProtection     Code = -63
	CodeSenderMismatch      Code = -64
	CodeVersionMismatch     Code = -80 // rules of CMP
	CodeTransactionMismatch Code = -81
	CodeNonceMismatch       Code = -82
	CodeTimeMismatch        Code = -83
	CodeUnexpectedBody      Code = -84
	CodeRejected            Code = -85 // the peer refused: see Error.FailInfo
	CodeBadRequest          Code = -86
	CodeBadTemplate         Code = -87
	CodeBadPop              Code = -88
	CodeNotAuthorized       Code = -89
	CodeBadCertID           Code = -90
	CodeWrongCertificate    Code = -91
	CodeConflict            Code = -100 // the store
	CodeStoreFailed         Code = -101
	CodeNoPlugin            Code = -120 // transport
	CodeBadPlugin           Code = -121
	CodeBadURL              Code = -122
	CodeConnectFailed       Code = -123
	CodeTLSFailed           Code = -124
	CodeHTTPStatus          Code = -125
	CodeContentType         Code = -126
	CodeDeadline            Code = -127
	CodePeerGone            Code = -128
	CodeTransportFailed     Code = -129
	CodeCallbackFailed      Code = -140
	CodeInternal            Code = -199
)

// String is the symbolic name of the code, such as "nonce_mismatch"; "unknown" for a number that is none.
func (c Code) String() string {
	if known, is := codes[c]; is {
		return known.name
	}
	return "unknown"
}

// codes tells of each code its name in cmpkit.h and its kind. A test holds it against bindings/errors.tsv.
var codes = map[Code]struct {
	name string
	kind *kind
}{
	CodeBadArgument:         {"bad_argument", badArgument},
	CodeMemory:              {"memory", outOfMemory},
	CodeBadState:            {"bad_state", badState},
	CodeUnsupported:         {"unsupported", unsupported},
	CodeNotFound:            {"not_found", notFound},
	CodeCancelled:           {"cancelled", cancelled},
	CodeIO:                  {"io", inputOutput},
	CodeBadConfiguration:    {"bad_configuration", badConfiguration},
	CodeExists:              {"exists", exists},
	CodeTruncated:           {"truncated", malformed},
	CodeBadLength:           {"bad_length", malformed},
	CodeBadTag:              {"bad_tag", malformed},
	CodeMissing:             {"missing", malformed},
	CodeUnexpected:          {"unexpected", malformed},
	CodeBadValue:            {"bad_value", malformed},
	CodeDefaultEncoded:      {"default_encoded", malformed},
	CodeEmptyList:           {"empty_list", malformed},
	CodeTooDeep:             {"too_deep", malformed},
	CodeTooLarge:            {"too_large", malformed},
	CodeBadKey:              {"bad_key", cryptography},
	CodeBadCertificate:      {"bad_certificate", cryptography},
	CodeSignatureMismatch:   {"signature_mismatch", cryptography},
	CodeSignerNotTrusted:    {"signer_not_trusted", cryptography},
	CodeCertificateExpired:  {"certificate_expired", cryptography},
	CodeCertificateRevoked:  {"certificate_revoked", cryptography},
	CodeSigningFailed:       {"signing_failed", cryptography},
	CodeCryptoFailed:        {"crypto_failed", cryptography},
	CodeStatusUnknown:       {"status_unknown", cryptography},
	CodeProtectionMissing:   {"protection_missing", protection},
	CodeProtectionMismatch:  {"protection_mismatch", protection},
	CodeAlgorithmRefused:    {"algorithm_refused", protection},
	CodeWrongProtection:     {"wrong_protection", protection},
	CodeSenderMismatch:      {"sender_mismatch", protection},
	CodeVersionMismatch:     {"version_mismatch", protocol},
	CodeTransactionMismatch: {"transaction_mismatch", protocol},
	CodeNonceMismatch:       {"nonce_mismatch", protocol},
	CodeTimeMismatch:        {"time_mismatch", protocol},
	CodeUnexpectedBody:      {"unexpected_body", protocol},
	CodeRejected:            {"rejected", rejected},
	CodeBadRequest:          {"bad_request", protocol},
	CodeBadTemplate:         {"bad_template", protocol},
	CodeBadPop:              {"bad_pop", protocol},
	CodeNotAuthorized:       {"not_authorized", protocol},
	CodeBadCertID:           {"bad_cert_id", protocol},
	CodeWrongCertificate:    {"wrong_certificate", protocol},
	CodeConflict:            {"conflict", store},
	CodeStoreFailed:         {"store_failed", store},
	CodeNoPlugin:            {"no_plugin", transport},
	CodeBadPlugin:           {"bad_plugin", transport},
	CodeBadURL:              {"bad_url", transport},
	CodeConnectFailed:       {"connect_failed", transport},
	CodeTLSFailed:           {"tls_failed", transport},
	CodeHTTPStatus:          {"http_status", transport},
	CodeContentType:         {"content_type", transport},
	CodeDeadline:            {"deadline", deadline},
	CodePeerGone:            {"peer_gone", transport},
	CodeTransportFailed:     {"transport_failed", transport},
	CodeCallbackFailed:      {"callback_failed", callback},
	CodeInternal:            {"internal", internal},
}
