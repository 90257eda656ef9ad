// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A wasmCloud 1.x capability provider in Go: reads its host data, joins the lattice, answers health checks, and leaves
// when it is told to. It serves no interface yet; that is where yours goes.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/nats-io/nats.go"
)

// hostData is what the host writes to our standard input: one line, base64 of JSON. More members exist.
type hostData struct {
	HostID      string `json:"host_id"`
	Lattice     string `json:"lattice_rpc_prefix"`
	NatsURL     string `json:"lattice_rpc_url"`
	UserJwt     string `json:"lattice_rpc_user_jwt"`
	UserSeed    string `json:"lattice_rpc_user_seed"`
	ProviderKey string `json:"provider_key"`
}

func readHostData() (hostData, error) {
	var data hostData
	line, err := bufio.NewReaderSize(os.Stdin, 1<<20).ReadString('\n')
	if err != nil {
		return data, fmt.Errorf("no host data: %w", err)
	}
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
	if err != nil {
		return data, fmt.Errorf("host data is no base64: %w", err)
	}
	if err := json.Unmarshal(text, &data); err != nil {
		return data, fmt.Errorf("host data is no JSON: %w", err)
	}
	return data, nil
}

func connect(data hostData) (*nats.Conn, error) {
	options := []nats.Option{nats.Name("hello-provider"), nats.MaxReconnects(-1)}
	if data.UserJwt != "" && data.UserSeed != "" {
		options = append(options, nats.UserJWTAndSeed(data.UserJwt, data.UserSeed))
	}
	url := data.NatsURL
	if url == "" {
		url = nats.DefaultURL
	}
	return nats.Connect(url, options...)
}

func run() error {
	data, err := readHostData()
	if err != nil {
		return err
	}
	connection, err := connect(data)
	if err != nil {
		return fmt.Errorf("cannot reach the lattice: %w", err)
	}
	defer connection.Close()

	prefix := fmt.Sprintf("wasmbus.rpc.%s.%s.", data.Lattice, data.ProviderKey)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	if _, err := connection.Subscribe(prefix+"health", func(message *nats.Msg) {
		_ = message.Respond([]byte(`{"healthy":true}`)) // an answer that is lost is asked for again
	}); err != nil {
		return err
	}
	if _, err := connection.Subscribe(prefix+"default.shutdown", func(message *nats.Msg) {
		_ = message.Respond([]byte("shutting down"))
		stop <- syscall.SIGTERM
	}); err != nil {
		return err
	}
	fmt.Printf("hello, host %s in lattice %s\n", data.HostID, data.Lattice)
	<-stop
	return connection.Drain()
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "hello-provider:", err)
		os.Exit(1)
	}
}
