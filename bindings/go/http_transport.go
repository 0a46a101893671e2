package cmpkit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// HTTPTransport carries messages with an http.Client of the application's own (RFC 9811), for its proxies, its tracing or its TLS. Without such wishes the
// library's http plugin does it: a Client with a URL needs no Transport. What fails is not sent again.
type HTTPTransport struct {
	URL       string       // as it is; without a path: /.well-known/cmp[/p/<profile>]/<operation> (RFC 9483 6.1)
	Profile   string       // for such a path
	Client    *http.Client // nil: http.DefaultClient
	MaxAnswer int64        // octets; 0: 1 MiB
}

// Exchange posts one message. An answer is a message whatever its status, if its content type says so; else it fails with the status.
func (t *HTTPTransport) Exchange(ctx context.Context, label string, message []byte) ([]byte, error) {
	to, err := t.at(label)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(message))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", mediaType)
	client := t.Client
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return t.read(response)
}

func (t *HTTPTransport) at(label string) (string, error) {
	to, err := url.Parse(t.URL)
	if err != nil {
		return "", err
	}
	if strings.Trim(to.Path, "/") != "" {
		return t.URL, nil
	}
	path := []string{wellKnown}
	if t.Profile != "" {
		path = append(path, "p", url.PathEscape(t.Profile))
	}
	if label != "" {
		path = append(path, label)
	}
	return to.JoinPath(path...).String(), nil
}

func (t *HTTPTransport) read(response *http.Response) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || kind != mediaType {
		return nil, fmt.Errorf("the answer is no CMP message: %s, content type %q", response.Status, response.Header.Get("Content-Type"))
	}
	most := t.MaxAnswer
	if most == 0 {
		most = 1 << 20
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(answer)) > most {
		return nil, fmt.Errorf("the answer has more than %d octets", most)
	}
	return answer, nil
}
