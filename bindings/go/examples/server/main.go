// Server is a CA within an application's own net/http server. The application names the devices, and hears what came of their requests.
//
//	go run cmpkit.dev/go/examples/server FOLDER
//
// FOLDER is what `cmpkit ca init` has made. It prints its URL, and ends when its standard input does.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"

	cmpkit "cmpkit.dev/go"
)

// names is the inventory of the plant: whoever is not in it is refused.
var names = map[string]string{"secret:dev1": "CN=Press 4,O=Plant"}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: server FOLDER")
	}
	responder, err := authority(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer responder.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	mux := http.NewServeMux()
	mux.Handle("/.well-known/cmp", &cmpkit.Handler{Responder: responder})
	mux.Handle("/.well-known/cmp/", &cmpkit.Handler{Responder: responder})
	server := &http.Server{Handler: mux}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Close()
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}

func authority(folder string) (*cmpkit.Responder, error) {
	config, err := os.ReadFile(filepath.Join(folder, "cmpkit.toml"))
	if err != nil {
		return nil, err
	}
	return cmpkit.NewResponder(cmpkit.ResponderOptions{
		Config: string(config),
		Folder: folder,
		Naming: func(q cmpkit.Question) (cmpkit.Names, error) {
			if name, is := names[q.Requester]; is {
				return cmpkit.Names{Subject: name}, nil
			}
			return cmpkit.Names{}, &cmpkit.Refused{Text: "not in the inventory"}
		},
		Events: func(event cmpkit.Event) { log.Printf("%s: %s", event.Event, event.Subject) },
	})
}
